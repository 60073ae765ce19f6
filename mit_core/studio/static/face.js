// The lines between landmarks, on a canvas.
import { state } from "./state.js";

// `where(i)` is landmark i on the canvas, [x, y].
export function drawLines(pen, where, colour, width) {
  const { closed, open } = state.start.contours;
  pen.lineJoin = "round";
  pen.lineCap = "round";
  // a dark edge below, so that lines are seen on any picture
  for (const [stroke, thickness] of [["rgba(0, 0, 0, 0.55)", width * 2], [colour, width]]) {
    pen.strokeStyle = stroke;
    pen.lineWidth = thickness;
    for (const [lines, shut] of [[closed, true], [open, false]]) {
      for (const line of lines) {
        pen.beginPath();
        line.forEach((point, index) => pen[index ? "lineTo" : "moveTo"](...where(point)));
        if (shut) pen.closePath();
        pen.stroke();
      }
    }
  }
}

export function picture(id) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => reject(new Error("picture")));
    image.src = `/media/portraits/${id}`;
  });
}
