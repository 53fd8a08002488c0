"""What networks are made of, under PyTorch's names: activations, layers, losses.

The torch side calls the fused function, which is what users run; the definition is by other operations.
"""
