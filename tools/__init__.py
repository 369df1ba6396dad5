"""Tools of the house (工具): what `make` runs besides the program itself."""
