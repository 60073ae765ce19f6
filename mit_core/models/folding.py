"""The same network in fewer operations: exact algebra on a trained convolutional network."""

from typing import cast

import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))  # even or odd row, even or odd column
_OWN = (slice(None, -1), slice(1, None))  # of the windows along an axis, those of a phase


def folded(network: nn.Module) -> fx.GraphModule:
    """A network that computes the same with less work; the one given is left as it is.

    Batch normalisation after a convolution becomes part of its weights. A 3x3 convolution of a
    picture doubled by repetition becomes four 2x2 ones of the picture itself. (Where other channels
    lie beside the doubled ones the split costs more than it saves, and they stay as they are.)

    Args:
        network: in evaluation mode; every call of it takes the same way.
    """
    if network.training:
        raise ValueError("only a network in evaluation mode can be folded")
    graph = fx.symbolic_trace(network)
    for node in list(graph.graph.nodes):
        if isinstance(_module(graph, node), nn.BatchNorm2d):
            _fold_norm(graph, node)
    for node in list(graph.graph.nodes):
        if isinstance(_module(graph, node), nn.Conv2d):
            _fold_doubling(graph, node)
    graph.graph.eliminate_dead_code()
    graph.delete_all_unused_submodules()
    graph.recompile()
    return graph.eval()


class PhaseConvolution(nn.Module):
    """A 3x3 convolution, zeros at the rim, of a picture whose pixels are repeated 2x2.

    The output's even rows see rows (i-1, i, i) of the picture and its odd ones (i, i, i+1), columns
    likewise: with the equal ones' weights added, each of the four phases is a 2x2 convolution. That
    is 4/9 of the multiplications. All four are computed as one, at every place where a 2x2 window
    meets the picture, and each phase takes the windows that are its own.

    Args:
        weight: (O, I, 3, 3) of the convolution. bias: (O,), or None.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None):
        super().__init__()
        outputs, inputs = weight.shape[:2]
        self.phases = nn.Conv2d(inputs, 4 * outputs, 2, padding=1, bias=bias is not None)
        phases = [_summed(_summed(weight, 2, row), 3, column) for row, column in _PHASES]
        with torch.no_grad():
            self.phases.weight.copy_(torch.cat(phases))
            if bias is not None:
                cast(Tensor, self.phases.bias).copy_(bias.repeat(4))
        self.interleave = nn.PixelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, I, H, W) -> (N, O, 2H, 2W)."""
        windows = self.phases(x).chunk(4, dim=1)  # (N, O, H + 1, W + 1) each
        own = [
            phase[:, :, _OWN[row], _OWN[column]]
            for phase, (row, column) in zip(windows, _PHASES, strict=True)
        ]
        interleaved: Tensor = self.interleave(torch.stack(own, dim=2).flatten(1, 2))
        return interleaved


def _summed(weight: Tensor, axis: int, phase: int) -> Tensor:
    """Three weights along an axis to two, the ones that see the same pixel added."""
    first, middle, last = weight.split(1, dim=axis)
    pair = (first, middle + last) if phase == 0 else (first + middle, last)
    return torch.cat(pair, dim=axis)


def _fold_norm(graph: fx.GraphModule, node: fx.Node) -> None:
    before = cast(fx.Node, node.args[0])
    convolution = _module(graph, before)
    if not isinstance(convolution, nn.Conv2d) or len(before.users) > 1:
        return
    norm = cast(nn.BatchNorm2d, _module(graph, node))
    graph.set_submodule(str(before.target), fuse_conv_bn_eval(convolution, norm))
    node.replace_all_uses_with(before)
    graph.graph.erase_node(node)


def _fold_doubling(graph: fx.GraphModule, node: fx.Node) -> None:
    convolution = cast(nn.Conv2d, _module(graph, node))
    shape = convolution.kernel_size, convolution.stride, convolution.padding
    if shape != ((3, 3), (1, 1), (1, 1)):
        return
    before = cast(fx.Node, node.args[0])
    if _doubles(graph, before):
        graph.set_submodule(
            str(node.target), PhaseConvolution(convolution.weight, convolution.bias)
        )
        node.args = (before.args[0],)


def _module(graph: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    return graph.get_submodule(str(node.target)) if node.op == "call_module" else None


def _doubles(graph: fx.GraphModule, node: fx.Node) -> bool:
    module = _module(graph, node)
    if not isinstance(module, nn.Upsample):
        return False
    return module.mode == "nearest" and module.scale_factor == 2
