"""The rig: the kernel's own virtual hardware in a machine, a container and a foreign root, for tests that cannot lie.

Three places run tests here. `root` and `machine` make and boot a virtual machine whose cameras, radios, adapters,
readers and disks are real to every program in it (`devices`, given to tests as fixtures by `plugin`); `container` boots
real systemd at native speed; `arm64` runs the core tests under the architecture of the product.
"""
