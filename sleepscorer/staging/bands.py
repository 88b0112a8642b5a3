"""The frequency bands whose power the network measures."""

BANDS_HZ = ((0.5, 4.0), (4.0, 8.0), (8.0, 12.0), (12.0, 16.0), (16.0, 30.0))
"""Delta, theta, alpha, sigma, beta: edges of the published features that the heads learned from."""

N_BANDS = len(BANDS_HZ)
