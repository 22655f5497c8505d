/** What can be read out of a text among other words. */

import { readPosition } from "../../reading";

const pair = /\d{2,3}\.\d{3,}\s*[,，;、\s]\s*\d{1,3}\.\d{3,}/;

/** A pair of degrees among other words: "车在 111.6712,40.8301 附近". */
export function positionIn(text: string) {
  const found = pair.exec(text.normalize("NFKC"))?.[0];
  return found ? readPosition(found) : null;
}

/** A telephone number among other words; "" where there is none. */
export function phoneIn(text: string): string {
  return /(?<!\d)(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)/.exec(text.normalize("NFKC").replace(/(\d)[ ](?=\d)/g, "$1"))?.[0] ?? "";
}
