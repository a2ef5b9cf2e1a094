__version__: str
ROOT_VERSION: str
ROOT_PACKAGE: str
