"""The night above the traces: hypnodensity, hypnogram, spectrogram on one time axis."""
