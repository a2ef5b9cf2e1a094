__version__: str
ROOT_VERSION: str
