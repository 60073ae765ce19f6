"""MediaPipe's face mesh (Kartynnik et al. 2019; with attention, Grishchenko et al. 2020).

Its weights are inside the package. The graphs are opened with each picture on its own: the mesh
would otherwise follow a face from frame to frame, and landmarks would depend on what came before.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

# MediaPipe logs a page of native messages a graph; before the import or not at all.
os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import numpy.typing as npt
from mediapipe.python.solution_base import SolutionBase

from mit_core.faces.boxes import Box, Crop, FoundFace, Image, area, box_of, overlap, square_crop
from mit_core.faces.detectors import Detection
from mit_core.faces.scheme import MEDIAPIPE_TO_IBUG

_MESH_GRAPH = "mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb"
_FACES_GRAPHS = {
    "fullrange": "mediapipe/modules/face_detection/face_detection_full_range_cpu.binarypb",
    "shortrange": "mediapipe/modules/face_detection/face_detection_short_range_cpu.binarypb",
}
_MESH_THRESHOLD = (
    "facedetectionshortrangecpu__facedetectionshortrange__facedetection"
    "__TensorsToDetectionsCalculator.min_score_thresh"
)

# Side of the crop over the face box: the mesh's own face detector wants air around a face. The
# other two are tried where the first finds nothing.
_MARGINS = (2.0, 1.5, 3.0)
# The tracked face and the one found in its crop are the same if their boxes share this much.
_SAME_FACE = 0.3
# In a crop that is known to hold a face a lower score will do than in a whole picture.
_CROP_SCORE = 0.3
_PICTURE_SCORE = 0.5


@contextmanager
def _native_messages_held() -> Iterator[None]:
    """Hold back what native code writes to stderr, and show it if the block fails.

    Log levels do not reach the messages that TensorFlow Lite writes while a graph starts.
    """
    kept = os.dup(2)
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            messages.seek(0)
            os.write(2, messages.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _open_graph(path: str, **options: Any) -> SolutionBase:
    with _native_messages_held():
        graph = SolutionBase(binary_graph_path=path, **options)
        # The interpreters start, and talk, on the first picture.
        graph.process({"image": np.zeros((64, 64, 3), dtype=np.uint8)})
    return graph


def _relative_box(detection: Any, width: int, height: int) -> Box:
    box = detection.location_data.relative_bounding_box
    return (
        box.xmin * width,
        box.ymin * height,
        (box.xmin + box.width) * width,
        (box.ymin + box.height) * height,
    )


class MediapipeFaces:
    """Finds boxes around the faces of a picture."""

    def __init__(self) -> None:
        self._graphs: dict[str, SolutionBase] = {}

    def find(self, image: Image) -> list[FoundFace]:
        """Faces of an RGB picture, largest first.

        Faces far from the camera are looked for first, then faces that fill the picture. The
        smallest found is about a fifteenth of the picture's width.
        """
        height, width = image.shape[:2]
        for name in _FACES_GRAPHS:
            found = self._graph(name).process({"image": np.ascontiguousarray(image)}).detections
            if found:
                faces = [
                    FoundFace(_relative_box(detection, width, height), detection.score[0])
                    for detection in found
                ]
                return sorted(faces, key=lambda face: area(face.box), reverse=True)
        return []

    def _graph(self, name: str) -> SolutionBase:
        """The second graph is seldom needed, and opening one costs a tenth of a second."""
        if name not in self._graphs:
            self._graphs[name] = _open_graph(
                _FACES_GRAPHS[name],
                calculator_params={
                    f"facedetection{name}__facedetection"
                    "__TensorsToDetectionsCalculator.min_score_thresh": _PICTURE_SCORE
                },
                outputs=["detections"],
            )
        return self._graphs[name]

    def close(self) -> None:
        for graph in self._graphs.values():
            graph.close()


class MediapipeDetector:
    """68 landmarks in 3-D from the mesh of 478."""

    def __init__(self) -> None:
        self._mesh = _open_graph(
            _MESH_GRAPH,
            side_inputs={"num_faces": 3, "with_attention": True, "use_prev_landmarks": False},
            calculator_params={_MESH_THRESHOLD: _CROP_SCORE},
            outputs=["multi_face_landmarks", "face_detections"],
        )
        self._faces: MediapipeFaces | None = None
        self._has_spoken = False

    def detect(self, image: Image, box: Box | None = None) -> Detection | None:
        """See `LandmarkDetector.detect`."""
        if box is not None:
            return self._detect_in(image, box)
        if self._faces is None:
            self._faces = MediapipeFaces()
        height, width = image.shape[:2]
        # Last, the whole picture as the box: drawings and faces that reach over its edges.
        boxes = [face.box for face in self._faces.find(image)]
        for candidate in [*boxes, (0.0, 0.0, float(width), float(height))]:
            found = self._detect_in(image, candidate, same_face=0.1)
            if found is not None:
                return found
        return None

    def _detect_in(self, image: Image, box: Box, same_face: float = _SAME_FACE) -> Detection | None:
        for margin in _MARGINS:
            crop = square_crop(image, box, margin)
            with nullcontext() if self._has_spoken else _native_messages_held():
                found = self._mesh.process({"image": crop.image})
            # The mesh itself starts, and talks, on the first face.
            self._has_spoken |= bool(found.multi_face_landmarks)
            best: tuple[float, Detection] | None = None
            for mesh in found.multi_face_landmarks or ():
                points = _points_of(mesh, crop)
                shared = overlap(box_of(points), box)
                if shared >= same_face and (best is None or shared > best[0]):
                    confidence = _score_of(found.face_detections, crop, points)
                    best = shared, Detection(points, confidence)
            if best is not None:
                return best[1]
        return None

    def close(self) -> None:
        self._mesh.close()
        if self._faces is not None:
            self._faces.close()


def _points_of(mesh: Any, crop: Crop) -> npt.NDArray[np.float32]:
    """The 68 points in the picture; the mesh's z grows away from the camera, in widths."""
    side = crop.image.shape[0]
    vertices = (mesh.landmark[index] for index in MEDIAPIPE_TO_IBUG)
    points = np.array([(v.x * side, v.y * side, -v.z * side) for v in vertices], dtype=np.float32)
    return crop.to_picture(points)


def _score_of(detections: Any, crop: Crop, points: npt.NDArray[np.float32]) -> float:
    """The score of the face detection that overlaps the landmarks most."""
    side = crop.image.shape[0]
    face = crop.to_crop(box_of(points))
    scores = [
        (overlap(_relative_box(detection, side, side), face), detection.score[0])
        for detection in detections or ()
    ]
    return float(max(scores)[1]) if scores else 0.0
