#include "lane_networks.h"
#include "unary.h"

#include "template_float.h"

#include "lane_networks_template.h"
