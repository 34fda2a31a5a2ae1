"""The NumPy peer with normals of its own: Box and Muller (1958) in whole-array float32."""

from functools import partial

import numpy as np
import peer_numpy
from peer_numpy import SCOPE, available

__all__ = ["NAME", "SCOPE", "available", "simulate"]
NAME = "NumPy, Box-Muller in float32"


def box_muller(rng: np.random.Generator, out):
    """Fill `out` (2, n) float32 from n 64-bit words: one half gives the radius, the other the angle."""
    radius_words, angle_words = rng.bit_generator.random_raw(out.shape[1]).view(np.uint32).reshape(out.shape)
    radius = radius_words.astype(np.float32)
    radius *= np.float32(2**-32)
    radius += np.float32(2**-33)
    np.log(radius, out=radius)
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)
    angle = angle_words.view(np.int32).astype(np.float32)  # first: an int32 times a float32 is a float64
    angle *= np.float32(np.pi * 2**-31)
    np.cos(angle, out=out[0])
    np.sin(angle, out=out[1])
    out *= radius


simulate = partial(peer_numpy.simulate, normals=box_muller)
