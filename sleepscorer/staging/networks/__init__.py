"""Network architectures; weights and their configuration lie in models/."""
