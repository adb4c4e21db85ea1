"""The one TOML file: sections that validate, explain and default themselves. It refuses to start half-configured."""

from config.load import ConfigError, Problem, load, parse
from config.root import Config

__all__ = ["Config", "ConfigError", "Problem", "load", "parse"]
