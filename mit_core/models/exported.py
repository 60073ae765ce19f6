"""A torch network as an OpenVINO graph for the CPU."""

import queue
import sys
import warnings

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

# OpenVINO reports to its makers as soon as it is imported, unless this package cannot be.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
from openvino.frontend import FrontEndManager  # noqa: E402
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder  # noqa: E402

Array = npt.NDArray[np.float32]


class ExportedGraph:
    """A compiled network for inputs of one shape, in float32 throughout.

    Calls from several threads run beside each other, each on one core.

    Args:
        network: of one tensor to one tensor, in evaluation mode.
        example: an input, float32.
        threads: cores, and calls at once; more than that wait.
    """

    def __init__(self, network: nn.Module, example: Tensor, threads: int = 1):
        with torch.inference_mode(), warnings.catch_warnings():
            # of torch's two ways to write a network down it is the older; the front end needs it
            warnings.simplefilter("ignore", DeprecationWarning)
            traced = torch.jit.trace(network, example, check_trace=False)
        decoder = TorchScriptPythonDecoder(traced, skip_freeze=True)
        front = FrontEndManager().load_by_framework("pytorch")
        source = front.load(decoder)
        graph = front.convert(source)
        graph.reshape(list(example.shape))
        options = {
            "INFERENCE_PRECISION_HINT": "f32",  # else bfloat16 where the CPU has it
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": threads,
            "ENABLE_CPU_PINNING": False,  # else several jobs of a machine meet on its first cores
        }
        compiled = openvino.Core().compile_model(graph, "CPU", options)
        self._free: queue.SimpleQueue[openvino.InferRequest] = queue.SimpleQueue()
        for _ in range(threads):
            self._free.put(compiled.create_infer_request())

    def __call__(self, inputs: Array) -> Array:
        """The network's output, the caller's own; ``inputs`` of the example's shape."""
        request = self._free.get()
        try:
            output: Array = request.infer([np.ascontiguousarray(inputs)])[0].copy()
        finally:
            self._free.put(request)
        return output
