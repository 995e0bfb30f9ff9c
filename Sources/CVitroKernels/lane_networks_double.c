#include "lane_networks.h"
#include "unary.h"

#include "template_double.h"

#include "lane_networks_template.h"
