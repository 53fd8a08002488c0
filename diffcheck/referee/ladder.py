"""The working precisions at which enclosures are tried."""

# In bits. Most points end at the first; 1 - tanh(x)^2 at x = 1000 needs 2900 bits.
LADDER = (128, 256, 512, 1024, 2048, 4096, 8192)
# Those on whole arrays. What needs more is not smooth or a few numbers, which are looked at one by one; balls grow with
# the lengths of the sums, so that the first one has a word more than for numbers.
ON_ARRAYS = (192, 384, 768)
