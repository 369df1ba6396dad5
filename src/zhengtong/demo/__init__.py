"""The demo city 望澜市 (演示城市): builds it from a seed, walks its story, and measures the proof.

Everything in it is invented.  Region prefix 99 is assigned to nobody, so a citizen number with a
valid check digit cannot belong to a real person.  Center and nodes run as separate processes on
loopback under one story clock; every figure that is printed is measured, none is a constant.
"""
