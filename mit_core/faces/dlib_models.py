"""Where dlib's model files lie."""

from importlib.util import find_spec
from pathlib import Path

from mit_core.errors import UserError


def model_path(name: str, weights: Path | None) -> str:
    """Path of one of dlib's model files.

    Args:
        name: of the file.
        weights: folder that it lies in; that of face-recognition-models by None.

    Raises:
        ModuleNotFoundError: there is no such package.
        UserError: the folder lacks the file.
    """
    if weights is not None:
        folder = weights
    else:
        # Importing the package would pull in pkg_resources for these four file names.
        package = find_spec("face_recognition_models")
        if package is None or package.origin is None:
            raise ModuleNotFoundError(name="face_recognition_models")
        folder = Path(package.origin).parent / "models"
    path = folder / name
    if not path.is_file():
        raise UserError(f"{path}: dlib's model is missing; put {name} there.")
    return str(path)
