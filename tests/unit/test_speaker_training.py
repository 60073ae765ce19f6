"""The speaker-aware branch learns each speaker's way of moving, and a cut-off run ends the same."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from moving_heads import AXIS, moving, voice
from sequence_makers import talking

from mit_core.errors import UserError
from mit_core.evaluation.heads import evaluate_heads
from mit_core.evaluation.posed import evaluate_posed
from mit_core.faces.head_motion import HeadMotion, motion_of_pose
from mit_core.faces.standard_face import standard_face
from mit_core.files import read_json
from mit_core.models.content import ContentBranch
from mit_core.models.speaker_aware import EMBEDDING_GAIN, SpeakerAware
from mit_core.models.speaker_checkpoint import load_speaker
from mit_core.training import chunks
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings
from mit_core.training.speaker import train_speaker
from mit_core.training.speaker_losses import Taking, follow_loss, judged, style_loss
from mit_core.training.speaker_recipe import SpeakerRecipe
from mit_core.training.speaker_settings import SpeakerSettings
from mit_core.training.speaker_start import fresh_branch, start_from_content
from mit_core.training.stretches import StretchSampler, posed_landmarks

TRAIN, VAL = moving((90, 80, 70, 100)), moving((80, 80), seed=1)
QUICK = SpeakerSettings(steps=4, batch_size=2, stretch=64, validate_every=2, checkpoint_every=2)
FACE = standard_face().reshape(204)


class PowerCutError(Exception):
    """Stands in for the power cut."""


def weights(path):
    return load_speaker(path).model.state_dict()


def same(first, second):
    return all(torch.equal(value, second[key]) for key, value in first.items())


@pytest.mark.parametrize("discriminators", [True, False])
def test_a_killed_run_ends_as_an_unbroken_one(tmp_path, monkeypatch, discriminators):
    settings = replace(QUICK, discriminators=discriminators)
    whole = train_speaker(TRAIN, VAL, tmp_path / "whole", settings)
    step, taken = SpeakerRecipe.step, []

    def until_killed(self, progress):
        if len(taken) == 3:
            raise PowerCutError
        taken.append(progress)
        return step(self, progress)

    with monkeypatch.context() as patch, pytest.raises(PowerCutError):
        patch.setattr(SpeakerRecipe, "step", until_killed)
        train_speaker(TRAIN, VAL, tmp_path / "cut", settings)
    cut = train_speaker(TRAIN, VAL, tmp_path / "cut", settings)
    assert (cut.steps, cut.best_step, cut.best_score) == (4, whole.best_step, whole.best_score)
    assert same(weights(whole.last), weights(cut.last))
    with whole.history.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert ("train_judge_motion" in rows[0]) == discriminators
    assert {"train_style", "train_follow", "val_style", "val_follow"} <= rows[0].keys()
    assert read_json(tmp_path / "whole" / "run.json")["kind"] == "speaker"


def test_the_checkpoint_holds_what_its_use_needs(tmp_path):
    made = load_speaker(train_speaker(TRAIN, VAL, tmp_path, QUICK).best)
    assert made.speakers.keys() == AXIS.keys()
    np.testing.assert_allclose(made.speakers["bob"], voice("bob"), atol=1e-6)
    assert (made.stretch, made.noise, made.feature, made.predict_frame) == (
        64,
        "harmonic",
        "mel",
        12,
    )
    again = train_speaker(
        TRAIN, VAL, tmp_path / "tuned", replace(QUICK, initial=str(tmp_path / "best.pt"), steps=1)
    )
    # it begins where the other ended: the unused decoder, which nothing moves, is the other's
    tuned = weights(again.last)
    assert torch.equal(
        tuned["decoder.embed.embed.weight"], made.model.state_dict()["decoder.embed.embed.weight"]
    )


def test_the_papers_own_losses_can_be_had(tmp_path):
    settings = replace(QUICK, style_weight=0.0, noise="none", steps=2)
    result = train_speaker(TRAIN, VAL, tmp_path, settings)
    with result.history.open(newline="") as file:
        names = next(csv.reader(file))
    assert not {"train_style", "train_follow"} & set(names)
    assert {"train_l1", "train_laplacian", "train_judge_face"} <= set(names)
    assert load_speaker(result.best).noise == "none"


@pytest.mark.slow
def test_speakers_move_as_they_do(tmp_path):
    many = moving((150, 140) * 6)
    settings = SpeakerSettings(steps=120, batch_size=2, stretch=100, validate_every=120)
    result = train_speaker(many, VAL, tmp_path, settings)
    table = evaluate_heads(result.best, many, VAL)
    predicted = table[table["motion"] == "predicted"].set_index("speaker")
    assert predicted["chief_ratio"].between(0.5, 2).all()
    assert (predicted["signs_right"] == 1).all()
    assert predicted.loc["ann", "nearest"] == "ann" and predicted.loc["bob", "nearest"] == "bob"
    with result.history.open(newline="") as file:
        assert all(
            np.isfinite(float(value)) for row in csv.DictReader(file) for value in row.values()
        )


def test_head_motion_is_measured_beside_a_still_head(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_WINDOWS_AT_ONCE", 16)
    content = train_content(
        TRAIN, VAL, tmp_path / "content", ContentSettings(steps=2, batch_size=4)
    )
    speaker = train_speaker(TRAIN, VAL, tmp_path / "speaker", QUICK, content=content.best)
    still = evaluate_posed(content.best, None, VAL)
    moved = evaluate_posed(content.best, speaker.best, VAL)
    assert still.keys() == moved.keys()
    assert still["clips"] == 2 and still["turn_ratio"] < 0.01
    assert moved["turn_ratio"] > 0.01
    # a sine of deviation 6 degrees is 6 sqrt(8) / pi degrees away from still, on average
    assert still["d_rot"] == pytest.approx(6 * np.sqrt(8) / np.pi, rel=0.1)
    for lips in ("opening_r", "mouth_distance"):
        assert moved[lips] == pytest.approx(still[lips], rel=1e-4)
    empty = evaluate_posed(content.best, None, moving(()))
    assert empty["clips"] == 0 and np.isnan(empty["d_rot"])
    assert evaluate_heads(speaker.best, TRAIN, moving(())).empty


def test_wrong_data_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "_WINDOWS_AT_ONCE", 16)
    with pytest.raises(UserError, match="no footage"):
        train_speaker(talking(()), VAL, tmp_path, QUICK)
    with pytest.raises(UserError, match="bring longer clips"):
        train_speaker(talking((20,)), VAL, tmp_path, QUICK)
    with pytest.raises(UserError, match="stretch is 600"):
        SpeakerSettings(stretch=600)
    with pytest.raises(UserError, match="noise is 'white'"):
        SpeakerSettings(noise="white")
    content = train_content(TRAIN, VAL, tmp_path, ContentSettings(steps=1, batch_size=4))
    with pytest.raises(UserError, match="hears mel"):
        train_speaker(
            replace(TRAIN, feature="autovc:1"), VAL, tmp_path / "s", QUICK, content=content.best
        )


def test_stretches_are_aligned_and_speakers_alike():
    counted = replace(
        TRAIN,
        features=np.repeat(np.arange(340.0)[:, None], 80, axis=1).astype(np.float32),
        landmarks=np.repeat(np.arange(340.0)[:, None], 204, axis=1).astype(np.float32),
        quaternions=np.tile(np.float32([1, 0, 0, 0]), (340, 1)),
    )
    sampler, rng = StretchSampler(counted, 12, 64), np.random.default_rng(0)
    voices = []
    for _ in range(200):
        drawn = sampler.draw(rng, 3)
        length = drawn.landmarks.shape[1]
        assert drawn.features.shape == (3, length + 17, 80)
        for row in range(3):
            span = counted.span(drawn.sequences[row])
            seen = drawn.landmarks[row, :, 0]
            assert (np.diff(seen) == 1).all() and span.start <= seen[0] <= seen[-1] < span.stop
            heard = np.clip(seen[0] - 12 + np.arange(length + 17), span.start, span.stop - 1)
            np.testing.assert_array_equal(drawn.features[row, :, 0], heard)
            voices.append(counted.speakers[drawn.sequences[row]])
    assert 0.4 < np.mean(np.array(voices) == "ann") < 0.6


def test_a_short_clip_makes_a_short_batch():
    sampler = StretchSampler(moving((40, 200)), 12, 64)
    rng = np.random.default_rng(0)
    lengths = {sampler.draw(rng, 2).landmarks.shape[1] for _ in range(20)}
    assert lengths == {40, 64}


def test_head_motion_and_the_rest_are_taken_apart():
    motion = motion_of_pose(TRAIN.quaternions[:90], TRAIN.translations[:90])
    turned = motion.apply(np.repeat(FACE[None], 90, axis=0)) - FACE
    talked = np.zeros((90, 204), np.float32)
    talked.reshape(90, 68, 3)[:, 55:60, 1] = np.random.default_rng(0).uniform(0, 0.1, (90, 1))
    taking = Taking(FACE, turned + talked)
    both, still = (
        taking(torch.from_numpy((turned * share + talked).astype(np.float32)))
        for share in (1.0, 0.0)
    )
    sizes = both.head.square().mean(dim=0)
    assert sizes[0] == pytest.approx(1, rel=0.01)  # Ann nods: pitch, by its own deviation
    assert still.head.abs().max() < 1e-4
    rest = both.rest * taking.rest_deviation
    # to first order: 6 degrees turned differ by 6 sin(6) / 2 hundredths
    np.testing.assert_allclose(rest, talked, atol=0.02)


def test_style_is_size_and_speed_alone():
    times = torch.arange(200) / 62.5
    slow = torch.sin(2 * torch.pi * times)[None, :, None].repeat(1, 1, 6) * 3
    later = torch.cos(2 * torch.pi * times)[None, :, None].repeat(1, 1, 6) * 3
    assert style_loss(slow[None], slow) == 0
    assert style_loss(later[None], slow) < 0.1
    assert style_loss(2 * slow[None], slow) == pytest.approx(np.log(2), rel=0.02)
    # an axis that moves a third as far counts a third as much
    mixed = slow * torch.tensor([1.0, 1, 1, 1 / 3, 1 / 3, 1 / 3])
    chief = mixed * torch.tensor([2.0, 2, 2, 1, 1, 1])
    minor = mixed * torch.tensor([1.0, 1, 1, 2, 2, 2])
    ratio = style_loss(chief[None], mixed) / style_loss(minor[None], mixed)
    assert ratio == pytest.approx(3, rel=0.1)
    quick = torch.sin(4 * torch.pi * times)[None, :, None].repeat(1, 1, 6) * 3
    assert style_loss(quick[None], slow) == pytest.approx(np.log(2) / 3, rel=0.2)


def test_chance_is_not_punished_but_a_wrong_mean_is():
    generator = torch.Generator().manual_seed(0)
    true = torch.zeros(4, 5000, 6)
    chance = torch.randn(2, 4, 5000, 6, generator=generator)
    assert follow_loss(chance, true).abs() < 0.05
    assert follow_loss(chance + 0.5, true) == pytest.approx(0.25, abs=0.05)
    assert follow_loss(chance[:1], true) == pytest.approx(1, abs=0.05)


def test_judgement_is_least_squares():
    scores = (torch.tensor([1.0, 0.0]), torch.tensor([0.5]))
    assert judged(scores, real=True) == pytest.approx(0.5 + 0.25)
    assert judged(scores, real=False) == pytest.approx(0.5 + 0.25)
    assert judged((torch.ones(3),), real=True) == 0


def test_speakers_differ_from_the_start():
    voices = np.stack([voice("ann"), voice("bob")])
    told = torch.from_numpy(voices) * EMBEDDING_GAIN
    plain = SpeakerAware().spk_emb_encoder(told).diff(dim=0).abs().mean()
    ready = fresh_branch(80, voices, 0.0, 0).spk_emb_encoder(told).diff(dim=0).abs().mean()
    assert ready > 0.3 > 5 * plain
    one = fresh_branch(80, voices[:1], 0.0, 0).spk_emb_encoder(told[:1])
    assert torch.isfinite(one).all()


def test_the_content_branchs_lstm_is_the_start(tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        content = ContentBranch().eval()
        # where its first layer leaves the leak alone it is linear, and the stand-in exact
        content.fc_prior[0].bias.data += 20
        torch.save({"model_g_face_id": content.state_dict()}, tmp_path / "content.pth")
        heard = torch.randn(500, 80)
    model = SpeakerAware()
    start_from_content(model, tmp_path / "content.pth", heard.numpy())
    windows = heard[:36].view(2, 18, 80)
    with torch.inference_mode():
        codes = content.fc_prior(windows.reshape(36, 80)).view(2, 18, -1)
        torch.testing.assert_close(
            model.hear(windows), content.bilstm(codes)[0][:, -1], atol=1e-4, rtol=1e-3
        )


def test_motion_relative_to_the_clips_mean_pose_is_learned():
    turned = replace(TRAIN, translations=TRAIN.translations + np.float32([5, 3, 1]))
    np.testing.assert_allclose(posed_landmarks(turned, 0), posed_landmarks(TRAIN, 0), atol=1e-6)
    still = HeadMotion(np.eye(3)[None], np.zeros((1, 3)))
    np.testing.assert_array_equal(still.apply(FACE[None])[0], FACE.astype(np.float64))
