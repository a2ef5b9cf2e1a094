#include "TorchMVA/Core/Config.hxx"

namespace TorchMVA {

Config &Config::Instance()
{
   static Config instance;
   return instance;
}

Config &gConfig()
{
   return Config::Instance();
}

} // namespace TorchMVA
