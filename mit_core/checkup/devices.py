"""PyTorch, and the GPUs that it can and cannot use."""

from mit_core.checkup.check import FOUND, LACKING, NOTE, Check
from mit_core.checkup.packages import ENVIRONMENT
from mit_core.errors import reason_of
from mit_core.machine import gpu_names, this_machine


def check_devices() -> list[Check]:
    """The machine, PyTorch, GPUs."""
    machine = this_machine()
    words = f"{machine['processor']}, {machine['cores']} cores, {machine['memory']}"
    checks = [Check("machine", FOUND, f"{words}, {machine['system']}")]
    try:
        import torch

        usable = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())]
        version = torch.__version__
    except (ImportError, OSError, RuntimeError) as error:
        said = reason_of(error)
        checks.append(Check("PyTorch", LACKING, f"cannot be loaded: {said}", ENVIRONMENT))
        return checks
    built = f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "built for the CPU"
    checks.append(Check("PyTorch", FOUND, f"{version}, {built}"))
    there = gpu_names()
    if usable:
        checks.append(Check("GPU", FOUND, ", ".join(usable)))
    elif there:
        remedy = "install a CUDA build of the same version of PyTorch"
        if torch.version.cuda:
            remedy = "the driver may be too old for it: see 'nvidia-smi'"
        words = f"{', '.join(there)}, which PyTorch cannot use"
        checks.append(Check("GPU", NOTE, words, remedy))
    else:
        checks.append(Check("GPU", NOTE, "none found; all works on the CPU"))
    return checks
