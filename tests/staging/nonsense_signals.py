"""Signals that are no EEG, for tests of staging: what stands in a channel when it is none."""

import numpy as np


def white(rng, n, rate_hz):
    return rng.normal(0, 20, n)


def uniform(rng, n, rate_hz):
    return rng.uniform(-60, 60, n)


def swelling(rng, n, rate_hz):
    return rng.normal(0, 20, n) * (1.2 + np.sin(np.arange(n) / rate_hz / 240))


def coloured(rng, n, rate_hz, *, exponent=0.0, low_hz=0.3, high_hz=35.0):
    """Noise whose power falls with a power of frequency, as a band-pass lets it through."""
    hz = np.fft.rfftfreq(n, 1 / rate_hz)
    spectrum = np.fft.rfft(rng.normal(size=n))
    spectrum[1:] /= hz[1:] ** (exponent / 2)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    noise = np.fft.irfft(spectrum, n)
    return 20 * noise / noise.std()


def random_walk(rng, n, rate_hz):
    return np.cumsum(rng.normal(0, 20 / np.sqrt(rate_hz), n))


def tone(hz, size_uv=50.0):
    return lambda rng, n, rate_hz: (
        size_uv * np.sin(2 * np.pi * hz * np.arange(n) / rate_hz + rng.uniform(0, 6))
    )


def noisy_tone(rng, n, rate_hz):
    return tone(10)(rng, n, rate_hz) + rng.normal(0, 3, n)


def square(rng, n, rate_hz):
    # Not pressed against the ends, which is told as clipping.
    return 50 * np.sign(tone(1)(rng, n, rate_hz)) + rng.normal(0, 0.5, n)


def ramp(rng, n, rate_hz):
    return np.linspace(-3000, 3000, n)


def stored_ramp(rng, n, rate_hz):
    return np.round(ramp(rng, n, rate_hz) / 0.1) * 0.1


def last_digit(rng, n, rate_hz):
    return 0.1 * np.round(rng.normal(0, 0.5, n))


def mains(rng, n, rate_hz):
    return tone(50)(rng, n, rate_hz)


def noisy_mains(rng, n, rate_hz):
    return mains(rng, n, rate_hz) + rng.normal(0, 0.5, n)


def heart(rng, n, rate_hz):
    times = np.cumsum(rng.normal(0.9, 0.04, int(n / rate_hz / 0.9) + 9))
    at = (times[times < n / rate_hz - 1] * rate_hz).astype(int)
    beats = np.zeros(n)
    beats[at] = 1.0
    u = np.arange(int(0.8 * rate_hz)) / rate_hz
    waves = ((0.15, 0.025, 0.1), (0.27, 0.01, -0.15), (0.3, 0.012, 1.0), (0.52, 0.04, 0.25))
    beat = sum(h * np.exp(-0.5 * ((u - c) / w) ** 2) for c, w, h in waves)
    return 300 * np.convolve(beats, beat)[:n]


def pulse(rng, n, rate_hz):
    phase = np.cumsum(1.1 + 0.05 * np.sin(np.arange(n) / rate_hz * 0.6)) / rate_hz
    return 50 * np.sin(2 * np.pi * phase) + 20 * np.sin(4 * np.pi * phase + 0.5)


NONSENSE = {
    "white noise": white,
    "uniform noise": uniform,
    "noise that swells": swelling,
    "noise of an amplifier, 0.3 to 35 Hz": coloured,
    "noise from 0.3 to 15 Hz": lambda *given: coloured(*given, high_hz=15.0),
    "pink noise": lambda *given: coloured(*given, exponent=1.0),
    "a random walk": random_walk,
    "10 Hz": tone(10),
    "10 Hz in noise": noisy_tone,
    "12.34 Hz": tone(12.34),
    "1 Hz": tone(1),
    "50 Hz": mains,
    "60 Hz": tone(60),
    "50 Hz in noise": noisy_mains,
    "a square wave": square,
    "a ramp": ramp,
    "a ramp in steps": stored_ramp,
    "the last digit": last_digit,
    "an ECG": heart,
    "a pulse": pulse,
}
