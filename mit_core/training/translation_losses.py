"""What a drawn frame is judged by in training: place by place, and as it is seen."""

from torch import Tensor, nn

from mit_core.models.feature_networks import open_features
from mit_core.training.image_losses import (
    gradient_loss,
    lower_faces,
    mouth_weights,
    ssim_loss,
    texture_loss,
    weighted_l1_images,
    weighted_squares,
)
from mit_core.training.perceptual import PerceptualLoss
from mit_core.training.translation_settings import RefinementSettings


class FrameLoss(nn.Module):
    """L1, squares, edges, SSIM, texture and features, weighted by the settings.

    Args:
        settings: knobs.

    Raises:
        UserError: no such feature network, or its weights are missing.
    """

    def __init__(self, settings: RefinementSettings):
        super().__init__()
        self.settings = settings
        features = open_features(settings.perceptual, settings.perceptual_weights)
        self.perceptual: PerceptualLoss | None = None
        if features is not None and settings.perceptual_weight:
            self.perceptual = PerceptualLoss(features, settings.style_weight)

    def forward(self, made: Tensor, truth: Tensor, landmarks: Tensor) -> dict[str, Tensor]:
        """The losses by name; ``loss`` is their weighted sum.

        Args:
            made, truth: shape = (N, 3, S, S), RGB; the truth 0..1.
            landmarks: shape = (N, 68, 2 or 3), pixels.
        """
        settings = self.settings
        weights = mouth_weights(landmarks, made.shape[-1], settings.mouth_weight)
        losses = {"l1": weighted_l1_images(made, truth, weights)}
        total = losses["l1"]
        if settings.square_weight:
            losses["square"] = weighted_squares(made, truth, weights)
            total = total + settings.square_weight * losses["square"]
        for name, weight, judge in (
            ("gradient", settings.gradient_weight, gradient_loss),
            ("structure", settings.ssim_weight, ssim_loss),
            ("texture", settings.texture_weight, texture_loss),
            ("perceptual", settings.perceptual_weight, self.perceptual),
        ):
            if judge is None or not weight:
                continue
            if name == "perceptual" and settings.kind == "refinement":
                # the rest is the warp's, which looks as it should
                losses[name] = judge(lower_faces(made, landmarks), lower_faces(truth, landmarks))
            else:
                losses[name] = judge(made, truth)
            total = total + weight * losses[name]
        return {"loss": total, **losses}
