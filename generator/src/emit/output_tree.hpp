#pragma once
// The interface is public.

#include "nacre/output_tree.hpp"
