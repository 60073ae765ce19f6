"""Names of the weight files that landmark detectors read. No import: the workflow asks too."""

LANDMARK_WEIGHTS = "3DFAN4-7835d9f11d.pth.tar"
DEPTH_WEIGHTS = "depth-2a464da4ea.pth.tar"
FACE_ALIGNMENT_FILES = (LANDMARK_WEIGHTS, DEPTH_WEIGHTS)

DLIB_PREDICTOR = "shape_predictor_68_face_landmarks.dat"
DLIB_FACES = "mmod_human_face_detector.dat"
DLIB_FILES = (DLIB_PREDICTOR, DLIB_FACES)
