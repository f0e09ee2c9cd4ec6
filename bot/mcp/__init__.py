"""The calculator as tools of the Model Context Protocol, which assistants and editors call."""
