"""The text of a command or a sentence: the grammar's parser, and the reader of plain English."""
