/** Web Mercator, the world being 1 wide; x grows eastwards, y southwards. */
export function plane(lon: number, lat: number): [x: number, y: number] {
  return [(lon + 180) / 360, (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2];
}

/** The longitude and latitude, in degrees, of a place on the plane. */
export function degrees(x: number, y: number): [lon: number, lat: number] {
  return [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}
