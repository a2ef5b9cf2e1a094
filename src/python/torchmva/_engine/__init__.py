"""The Python half of MethodPyTorch and MethodBDT: what the C++ bridge calls. Not an interface for people.

``usercode`` finds the user's functions, ``model`` loads and saves networks, ``batches`` feeds them,
``training`` and ``prediction`` are the functions used where the user gives none, ``device`` says where
they run, and ``session`` ties them together for one method; ``trees`` grows trees. None of them imports ROOT.
"""
