"""The Python half of MethodPyTorch: what the C++ bridge calls. Not an interface for people.

``usercode`` finds the user's functions, ``model`` loads and saves networks, ``batches`` feeds them,
``training`` and ``prediction`` are the functions used where the user gives none, ``device`` says where
they run, and ``session`` ties them together for one method. None of them imports ROOT.
"""
