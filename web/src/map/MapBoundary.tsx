import { Component, type ReactNode } from "react";

/** Whether this browser can draw the map at all. */
export const canDraw = document.createElement("canvas").getContext("webgl2") !== null;

/** A device that cannot draw the map, or cannot fetch the code for it, still answers typed coordinates. */
export class MapBoundary extends Component<{ fallback: ReactNode; children: ReactNode }, { broken: boolean }> {
  state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  render() {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}
