"""Benchmarks (基准测试): rerunnable, peers in the same rounds, nothing stated that a command does not print.

make bench ARGS="--only NAME --json FILE"
"""
