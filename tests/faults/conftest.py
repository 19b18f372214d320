"""The vaults and databases that faults befall are those of the tests of the vault."""

from tests.vault.conftest import clock, made, remote, shop, small_path, vault  # noqa: F401 - fixtures
from tests.vault.databases.conftest import keeper, scratch, tools, with_tools  # noqa: F401 - fixtures
