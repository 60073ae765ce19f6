"""What one kind of network adds to the training loop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Recipe(Protocol):
    """A network, its optimiser and data, built on a Fabric: ``fabric.setup`` wraps network and
    optimiser, ``fabric.backward`` takes the loss, tensors go to ``fabric.device``."""

    def step(self, progress: float) -> Mapping[str, float]:
        """Take one optimiser step and return its losses; ``progress`` runs from 0 to 1."""

    def validate(self) -> Mapping[str, float]:
        """Measures on held-out data; ``score`` (lower is better) chooses the best checkpoint.

        Empty where there is nothing held out; then the last model counts as the best. Of several
        processes only the first validates, so it must not call the networks that Fabric wrapped
        but those inside, or copies.
        """

    def save(self, path: Path) -> None:
        """Write the model as it would be used now, whole or not at all."""

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on: tensors, dictionaries of them, and plain values.

        What is the same in every process (weights, optimisers) lies in dictionaries or tensors;
        what is each process's own (a random stream) are plain values: strings, numbers, lists.
        """

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to a state."""
