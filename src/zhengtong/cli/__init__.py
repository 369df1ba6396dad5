"""The command line (命令行): gathers each area's commands; those of the node and the verifier know no Django."""
