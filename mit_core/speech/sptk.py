"""pysptk, imported where it is needed and without its remark about setuptools."""

import warnings
from types import ModuleType


def open_sptk() -> ModuleType:
    """The package, with ``rapt`` and ``util``."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        import pysptk
        import pysptk.util
    package: ModuleType = pysptk
    return package
