"""The mesh warp: what it must keep, and what must follow the landmarks."""

from functools import cache

import cv2
import numpy as np
import pytest
from drawn_faces import coordinate_picture, eye_distance, face_landmarks, speak, turn
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.rendering.warp import MeshWarp

SIDE = 200
NOT_LIPS_OR_LIDS = [*range(36), 50, 51, 52, 56, 57, 58]

motions = st.builds(
    lambda opening, rounding, blink, yaw, pitch, roll, dx, dy: (
        lambda points: (
            turn(speak(points, opening, rounding, blink), yaw, pitch, roll)
            + np.array([dx, dy, 0]) * eye_distance(points)
        )
    ),
    st.floats(0, 0.35),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(-12, 12),
    st.floats(-10, 10),
    st.floats(-10, 10),
    st.floats(-0.15, 0.15),
    st.floats(-0.15, 0.15),
)


def noise(width, height, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


@cache
def plain_portrait(gap):
    # One colour, so that every pixel that differs was not painted from the portrait.
    image = np.full((SIDE, SIDE, 4), (180, 140, 120, 255), np.uint8)
    points = face_landmarks(SIDE, SIDE, 0.6, gap)
    return image, points, MeshWarp(image, points)


@cache
def coordinate_portrait():
    points = face_landmarks(SIDE, SIDE, 0.55, 0.05)
    return points, MeshWarp(coordinate_picture(SIDE, SIDE), points)


def around_mouth(points, shape, margin):
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points[48:68, :2]).astype(np.int32)), 1)
    return cv2.dilate(mask, None, iterations=margin) > 0


@settings(deadline=None, max_examples=8)
@given(
    st.integers(120, 330),
    st.integers(120, 330),
    st.sampled_from([3, 4]),
    st.floats(0.3, 0.8),
    st.floats(0, 0.15),
)
def test_rest_is_the_portrait_itself(width, height, channels, size, gap):
    image = noise(width, height, channels)
    points = face_landmarks(width, height, size, gap)
    frame = MeshWarp(image, points).render(points)
    assert frame.shape == image.shape and frame.dtype == np.uint8
    difference = np.abs(frame.astype(int) - image)
    assert difference[~around_mouth(points, image.shape, 2)].max() <= 1
    if channels == 4:
        assert (frame[..., 3] == image[..., 3]).all()


@settings(deadline=None, max_examples=15)
@given(motions, st.sampled_from([0.0, 0.02, 0.12]))
def test_no_motion_leaves_holes_or_reads_outside(motion, gap):
    image, points, warp = plain_portrait(gap)
    target = motion(points)
    frame = warp.render(target)
    assert (frame[..., 3] == 255).all()
    elsewhere = ~around_mouth(target, image.shape, 6)
    assert (np.abs(frame[elsewhere].astype(int) - image[0, 0]) <= 1).all()


@settings(deadline=None, max_examples=15)
@given(motions)
def test_portrait_points_arrive_at_their_landmarks(motion):
    points, warp = coordinate_portrait()
    target = motion(points)
    frame = warp.render(target)
    arrived = np.rint(target[NOT_LIPS_OR_LIDS, :2]).astype(int)
    inside = ((arrived >= 0) & (arrived < frame.shape[1::-1])).all(axis=1)  # some leave the picture
    x, y = arrived[inside].T
    came_from = frame[y, x, :2].astype(float)
    error = np.linalg.norm(came_from - points[NOT_LIPS_OR_LIDS, :2][inside], axis=1)
    # a pixel of rounding, and skin that is squeezed to a third
    assert np.median(error) < 1.5
    assert error.max() < 5


def test_same_input_same_frame():
    image = noise(SIDE, SIDE)
    points = face_landmarks(SIDE, SIDE)
    target = turn(speak(points, 0.2, 0.3, 0.5), 8, -5, 3)
    first = MeshWarp(image, points)
    first.render(turn(points, -9))  # an earlier frame must not matter
    assert (first.render(target) == MeshWarp(image, points).render(target)).all()


def test_background_and_shoulders_stay_and_hair_goes_along():
    image = coordinate_picture(256, 256)
    points = face_landmarks(256, 256, 0.3)
    scale = eye_distance(points)
    shift = 0.15 * scale
    frame = MeshWarp(image, points).render(points + np.array([shift, 0, 0])).astype(int)
    moved = frame[..., 0] - image[..., 0]
    assert (moved[:, :20] == 0).all() and (moved[-30:] == 0).all()
    brow, crown = points[19], points[27] - (0, 0.9 * scale, 0)
    for place in (brow, crown):
        x, y = (place[:2] + np.array([shift, 0])).round().astype(int)
        assert moved[y, x] == pytest.approx(-shift, abs=1.1)


def test_dropping_jaw_leaves_the_upper_lip_alone_and_takes_the_chin():
    image = coordinate_picture(SIDE, SIDE)
    points = face_landmarks(SIDE, SIDE)
    scale = eye_distance(points)
    target = speak(points, 0.25)
    moved = MeshWarp(image, points).render(target)[..., 1].astype(float) - image[..., 1]
    between = ((points[33] + points[51]) / 2).round().astype(int)
    assert abs(moved[between[1], between[0]]) <= 1
    nose = points[30].round().astype(int)
    assert moved[nose[1], nose[0]] == 0
    chin = ((target[57] + target[8]) / 2).round().astype(int)
    assert moved[chin[1], chin[0]] == pytest.approx(-0.85 * 0.25 * scale, abs=0.06 * scale)


def test_photographed_teeth_stay_with_the_skull():
    points = face_landmarks(SIDE, SIDE, 0.7, gap=0.13)
    image = np.full((SIDE, SIDE, 3), (200, 150, 130), np.uint8)
    cv2.fillPoly(image, [np.rint(points[60:68, :2]).astype(np.int32)], (235, 230, 225))
    mark = (points[62, :2] + 0.03 * eye_distance(points) * np.array([0, 1])).round().astype(int)
    image[mark[1] - 1 : mark[1] + 2, mark[0] - 1 : mark[0] + 2] = (0, 0, 255)
    warp = MeshWarp(image, points)

    def place(target):
        frame = warp.render(target).astype(int)
        y, x = np.nonzero(frame[..., 2] - frame[..., 0] > 60)
        return np.array([x.mean(), y.mean()])

    wide = speak(points, 0.1)
    assert place(wide) == pytest.approx(mark, abs=0.6)
    nodding = wide + np.array([6, -4, 0])
    assert place(nodding) == pytest.approx(mark + np.array([6, -4]), abs=0.8)
    # wide open there is something dark below the teeth
    deep = ((wide[62, :2] + 2 * wide[66, :2]) / 3).round().astype(int)
    assert warp.render(speak(points, 0.2))[deep[1], deep[0]].mean() < 120


def test_shut_lids_hide_the_eye():
    points = face_landmarks(SIDE, SIDE, 0.8)
    image = np.full((SIDE, SIDE, 3), (200, 150, 130), np.uint8)
    for eye in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(image, [np.rint(points[eye, :2]).astype(np.int32)], (255, 255, 255))
    warp = MeshWarp(image, points)

    def eye_white(blink):
        return int((warp.render(speak(points, blink=blink))[..., 2] > 215).sum())

    seen = [eye_white(blink) for blink in (0, 0.5, 1)]
    assert seen[0] > 100
    assert seen[1] < 0.75 * seen[0]
    assert seen[2] <= 0.07 * seen[0]  # lids 95 % shut


def test_closed_portrait_opens_dark_and_crossed_lips_meet():
    points = face_landmarks(SIDE, SIDE, 0.7)
    image = np.full((SIDE, SIDE, 3), (200, 150, 130), np.uint8)
    warp = MeshWarp(image, points)
    target = speak(points, 0.3)
    x, y = ((target[62, :2] + target[66, :2]) / 2).round().astype(int)
    assert warp.render(target)[y, x].mean() < 90
    crossed = warp.render(speak(points, -0.1))
    assert (np.abs(crossed.astype(int) - image).max(axis=2) > 60).mean() < 0.002


def test_small_face_in_a_large_picture_costs_no_more():
    points = face_landmarks(1600, 1200, 0.05)
    image = np.zeros((1200, 1600, 3), np.uint8)
    mesh = MeshWarp(image, points).mesh
    alone = MeshWarp(image[:400, :400], face_landmarks(400, 400, 0.15)).mesh
    assert len(mesh.vertices) < 1.3 * len(alone.vertices)


def test_landmarks_without_depth_serve_too():
    image = coordinate_picture(SIDE, SIDE)
    points = face_landmarks(SIDE, SIDE)[:, :2]
    frame = MeshWarp(image, points).render(points + np.array([4, -3]))
    x, y = points[30].round().astype(int) + np.array([4, -3])
    assert frame[y, x, :2] == pytest.approx(points[30].round(), abs=1)


def test_landmarks_of_no_face_are_refused_in_plain_words():
    points = face_landmarks(SIDE, SIDE)
    points[3, 0] = np.nan
    with pytest.raises(UserError, match="not numbers"):
        MeshWarp(noise(SIDE, SIDE), points)
    with pytest.raises(UserError, match="too small"):
        MeshWarp(noise(SIDE, SIDE), np.full((68, 3), 50.0))
    with pytest.raises(ValueError, match="uint8"):
        MeshWarp(np.zeros((9, 9)), face_landmarks(9, 9))
