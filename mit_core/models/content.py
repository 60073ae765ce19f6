"""The content branch: what is said moves the face (Zhou et al. 2020, section 4.1)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mit_core.models.windows import WINDOW, padded

N_COORDINATES = 204
"""68 points x (x, y, z)."""

_WINDOWS_AT_ONCE = 2048
"""Windows predicted in one go: 2048 * 18 * 161 float32 = 24 MB, and as fast as larger ones."""


@dataclass(frozen=True)
class ContentDims:
    """Sizes of the content branch; the defaults are the published ones (2.0 M parameters).

    Attributes:
        features: bands of one feature frame.
        prior: width of the layer that looks at one frame.
        code: numbers a frame that the LSTM reads.
        hidden: width of the three LSTM layers.
    """

    features: int = 80
    prior: int = 256
    code: int = 161
    hidden: int = 256


class ContentBranch(nn.Module):
    """Displacement of the 68 landmarks from a face, given a window of speech.

    The attribute names are the published checkpoint's keys; ``bilstm`` runs in one direction
    despite its name.

    Args:
        dims: sizes.
        dropout: between the LSTM's layers, while training only.
    """

    def __init__(self, dims: ContentDims | None = None, dropout: float = 0.0):
        super().__init__()
        self.dims = dims = dims or ContentDims()
        self.fc_prior = nn.Sequential(
            nn.Linear(dims.features, dims.prior),
            nn.BatchNorm1d(dims.prior),
            nn.LeakyReLU(0.2),
            nn.Linear(dims.prior, dims.code),
        )
        self.fc = nn.Sequential(
            nn.Linear(dims.hidden + N_COORDINATES, 512),
            nn.BatchNorm1d(512),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 256),
            nn.BatchNorm1d(256),
            nn.LeakyReLU(0.2),
            nn.Linear(256, N_COORDINATES),
        )
        self.bilstm = nn.LSTM(dims.code, dims.hidden, 3, dropout=dropout, batch_first=True)

    def forward(self, windows: Tensor, face: Tensor) -> Tensor:
        """Displacement from the face.

        Args:
            windows: shape = (N, 18, features), standardised.
            face: shape = (N, 204) or (1, 204), face units.

        Returns:
            shape = (N, 204), face units.
        """
        n, length, _ = windows.shape
        codes = self.fc_prior(windows.reshape(n * length, -1)).view(n, length, -1)
        return self.displace(self.bilstm(codes)[0][:, -1], face)

    def along(self, chunks: Tensor, face: Tensor) -> Tensor:
        """Displacement at every frame of a chunk that has a whole window behind it.

        The LSTM runs once over the chunk, so frames after the first whole window have heard a
        little more than their 18 frames: an approximation for training, many times cheaper.

        Args:
            chunks: shape = (N, L, features), L >= 18, standardised.
            face: shape = (N, 204), face units.

        Returns:
            shape = (N, L - 17, 204).
        """
        n, length, _ = chunks.shape
        codes = self.fc_prior(chunks.reshape(n * length, -1)).view(n, length, -1)
        heard = self.bilstm(codes)[0][:, WINDOW - 1 :]
        faces = face[:, None].expand(-1, heard.shape[1], -1)
        flat = self.displace(heard.reshape(-1, heard.shape[2]), faces.reshape(-1, N_COORDINATES))
        return flat.view(n, -1, N_COORDINATES)

    def displace(self, heard: Tensor, face: Tensor) -> Tensor:
        """Displacement from LSTM states (N, hidden) and faces (N or 1, 204); shape = (N, 204)."""
        return self.fc(torch.cat([heard, face.expand(len(heard), -1)], dim=1))

    @torch.no_grad()
    def scale_output(self, scale: float) -> None:
        """Fold a factor into the last layer: from now on the output is ``scale`` times larger."""
        last = self.fc[-1]
        assert isinstance(last, nn.Linear)
        last.weight.mul_(scale)
        last.bias.mul_(scale)


@torch.inference_mode()
def predict_displacement(
    model: ContentBranch,
    features: npt.NDArray[np.floating],
    face: npt.NDArray[np.floating],
    predict_frame: int,
) -> npt.NDArray[np.float32]:
    """Displacement of every frame of a clip, each from exactly its own 18-frame window.

    The per-frame layer runs once a frame rather than once a window, which in evaluation mode is
    the same arithmetic; only the LSTM sees windows. The model is used in evaluation mode.

    Args:
        model: the network.
        features: shape = (T, F), standardised as the model was trained; T may be 0.
        face: shape = (204,), face units.
        predict_frame: which frame of its window a landmark frame is.

    Returns:
        shape = (T, 204), float32, face units.
    """
    count = len(features)
    if count == 0:
        return np.zeros((0, N_COORDINATES), np.float32)
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        frames = torch.from_numpy(padded(features, predict_frame).astype(np.float32)).to(device)
        base = torch.from_numpy(np.asarray(face, np.float32).reshape(1, -1)).to(device)
        codes = model.fc_prior(frames).unfold(0, WINDOW, 1).transpose(1, 2)
        parts = [
            model.displace(model.bilstm(part.contiguous())[0][:, -1], base)
            for part in codes.split(_WINDOWS_AT_ONCE)
        ]
        return torch.cat(parts).cpu().numpy()
    finally:
        model.train(was_training)
