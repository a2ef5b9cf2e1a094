#include "Output/DirectoryTools.hxx"

#include "TFile.h"
#include "TObjString.h"
#include "TSystem.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include <sstream>

namespace TorchMVA {

namespace Internal {

TDirectory *MakeDirectory(TDirectory *parent, const std::string &name, const std::string &title)
{
   if (!parent)
      throw Error(EErrorCode::kFile, "expected an open output file for directory '" + name + "', found none");
   const std::string key = NameInFile(name);
   if (TDirectory *known = parent->GetDirectory(key.c_str()))
      return known;
   TDirectory *made = parent->IsWritable() ? parent->mkdir(key.c_str(), title.c_str()) : nullptr;
   if (!made)
      throw Error(EErrorCode::kFile, "expected a writable output file, cannot make directory '" + name + "'",
                  {{"directory", parent->GetPath()}});
   return made;
}

void WriteObject(TDirectory *directory, const TObject &object, const std::string &name)
{
   const bool writable = directory && directory->IsWritable();
   if (!writable || directory->WriteTObject(&object, NameInFile(name).c_str(), "Overwrite") <= 0)
      throw Error(EErrorCode::kFile, "expected a writable output file, cannot write '" + name + "'",
                  {{"directory", directory ? directory->GetPath() : "(none)"}});
}

void NormaliseArea(TH1 &histogram)
{
   const double area = histogram.GetSumOfWeights() * histogram.GetXaxis()->GetBinWidth(1);
   if (area > 0)
      histogram.Scale(1 / area);
}

std::string AxisTitle(const VariableInfo &info)
{
   const std::string title = info.GetTitle().Data();
   return info.GetUnit().IsNull() ? title : title + " [" + info.GetUnit().Data() + "]";
}

} // namespace Internal

std::string NameInFile(const std::string &name)
{
   const auto isSpecial = [](unsigned char c) { return c < ' ' || c == 0x7F || c == '/' || c == ':' || c == ';'; };
   const bool isDots = !name.empty() && name.size() <= 2 && name.find_first_not_of('.') == std::string::npos;
   std::string key = name;
   for (std::size_t i = 0; i < key.size(); ++i) {
      const bool isOuterBlank = key[i] == ' ' && (i == 0 || i + 1 == key.size());
      if (isDots || isOuterBlank || isSpecial(static_cast<unsigned char>(key[i])))
         key[i] = '_';
   }
   return key;
}

TDirectory *MakeDataSetDirectory(TFile *file, const std::string &dataset)
{
   TDirectory *directory = file;
   std::istringstream parts(dataset);
   for (std::string part; std::getline(parts, part, '/');)
      if (!part.empty())
         directory = Internal::MakeDirectory(directory, part, part);
   return directory;
}

TDirectory *MakeMethodDirectory(TFile *file, const std::string &dataset, const std::string &methodType,
                                const std::string &title)
{
   TDirectory *type = Internal::MakeDirectory(MakeDataSetDirectory(file, dataset), "Method_" + methodType,
                                              "Directory for all " + methodType + " methods");
   return Internal::MakeDirectory(type, title, title);
}

void WriteMethodStrings(TDirectory *methodDirectory, const std::string &weightFileName)
{
   const TObjString path(gSystem->WorkingDirectory());
   const TObjString weightFile(weightFileName.c_str());
   Internal::WriteObject(methodDirectory, path, "TrainingPath");
   Internal::WriteObject(methodDirectory, weightFile, "WeightFileName");
}

} // namespace TorchMVA
