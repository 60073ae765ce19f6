"""What a speaker-aware branch starts from: weights of chance, of the content branch, of a file."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mit_core.models.checkpoint import load_weights
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.models.speaker_aware import EMBEDDING_GAIN, SpeakerAware, SpeakerDims

Array = npt.NDArray[np.floating]

_BAND = 4.0
"""Channels, standard deviation of the band of noise that a hidden unit hears: an eighth of its
frequency, with 128 channels from 0.08 to 3 Hz."""

_NOISE = 0.8
"""Deviation of the noise in a hidden unit; what the encoder says there has one of about 0.8."""

_NEAREST = 0.5
"""Voices of a corpus are taken to differ by this at least, d-vectors times 3: a single speaker's
clips are not blown up into several."""


def fresh_branch(features: int, embeddings: Array, dropout: float, seed: int) -> SpeakerAware:
    """A network of random weights that already tells the corpus's speakers apart.

    d-vectors of different people have most of their length in common, and the default weights
    shrink what is left a hundredfold, so that training would take its first thousand steps to find
    out that there are speakers. Layers keep their input's variance instead (He et al. 2015), and
    the first one begins from what the corpus's voices have in common.

    Args:
        features: bands of one feature frame.
        embeddings: shape = (S, 256), unit norm, the training speakers'.
        dropout: between LSTM layers.
        seed: of the weights.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = SpeakerAware(SpeakerDims(features=features), dropout)
        for layer in [*model.spk_emb_encoder, *list(model.out)[:-1]]:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        _tune_to_noise(model)
    told = torch.from_numpy(np.asarray(embeddings, np.float32)) * EMBEDDING_GAIN
    common = told.mean(dim=0)
    apart = float((told - common).square().sum(dim=1).mean().sqrt())
    first = model.spk_emb_encoder[0]
    assert isinstance(first, nn.Linear)
    with torch.no_grad():
        first.weight.mul_(np.sqrt(first.in_features) / max(apart, _NEAREST))
        first.bias.copy_(-first.weight @ common)
    return model


@torch.no_grad()
def _tune_to_noise(model: SpeakerAware) -> None:
    """Let each hidden unit hear a narrow band of the noise, so that speeds can be told apart.

    Units that mix all speeds have to unlearn most of them before a head can turn slowly. The noise
    is weak beside what the encoder says, which so opens and shuts a unit for a speaker, instead of
    the noise doing so itself at twice its speed. The encoder starts deaf to the noise.
    """
    dims = model.dims
    first, embed = model.out[0], model.encoder.embed.embed
    assert isinstance(first, nn.Linear)
    centres = torch.linspace(0, dims.noise - 1, first.out_features)[:, None]
    band = torch.exp(-0.5 * ((torch.arange(dims.noise) - centres) / _BAND).square())
    tuned = torch.randn(first.out_features, dims.noise) * band
    first.weight[:, dims.width :] = tuned * (_NOISE / tuned.norm(dim=1, keepdim=True))
    embed.weight[:, dims.hidden + dims.code :] = 0


@torch.no_grad()
def start_from_content(model: SpeakerAware, path: str | Path, heard: Array) -> None:
    """Give the LSTM the content branch's weights.

    The content branch looks at each frame through a small network before its LSTM, which the
    speaker-aware branch lacks: its best linear stand-in (least squares on real frames) is folded
    into the LSTM's first weights.

    Args:
        model: gets the weights.
        path: a content checkpoint, ours or the published one's.
        heard: shape = (N, F), standardised frames, some hundreds at least.

    Raises:
        UserError: no such file, or no content branch of this width in it.
    """
    content = ContentBranch(ContentDims(features=heard.shape[1])).eval()
    load_weights(content, path)
    frames = np.asarray(heard, np.float32)
    inputs = np.concatenate([frames, np.ones((len(frames), 1))], axis=1)
    told = content.fc_prior(torch.from_numpy(frames)).double().numpy()
    # In double precision: torch's solver rounds as memory happens to lie, and two runs of one seed
    # would start apart.
    solution = np.linalg.lstsq(inputs, told, rcond=None)[0]
    linear: Tensor = torch.from_numpy(solution.astype(np.float32))
    weights = content.bilstm.state_dict()
    first = weights["weight_ih_l0"]
    weights["bias_ih_l0"] = weights["bias_ih_l0"] + first @ linear[-1]
    weights["weight_ih_l0"] = first @ linear[:-1].T
    model.audio_content_encoder.load_state_dict(weights)
