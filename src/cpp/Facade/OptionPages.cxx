// Options for people: asks what declares options for its table. Nothing is described here that is declared elsewhere.

#include "TorchMVA/OptionPages.hxx"

#include "../Data/SplitOptions.hxx"
#include "../Method/SearchOptions.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/CrossValidation.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Core/OptionHelp.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "TorchMVA/Reader.hxx"

#include <algorithm>
#include <functional>
#include <memory>

namespace TorchMVA {

namespace {

/// A method of a type without events: what its help and its options are.
struct Specimen {
   explicit Specimen(const std::string &type, const char *options = "")
   {
      fCreated.reset(ClassifierFactory::Instance().Create(type, "options", type.c_str(), fInfo, options));
      fMethod = dynamic_cast<MethodBase *>(fCreated.get());
      if (!fMethod)
         throw Error(EErrorCode::kMethod, "method type \"" + type + "\" is no MethodBase");
      fMethod->SetupMethod();
   }
   DataSetInfo fInfo{"options"};
   std::unique_ptr<IMethod> fCreated;
   MethodBase *fMethod = nullptr;
};

std::vector<OptionInfo> MethodBaseOptions()
{
   const Specimen specimen("Fisher", "CreateMVAPdfs"); // any type will do
   specimen.fMethod->ProcessSetup();
   return specimen.fMethod->GetBaseOptionInfos();
}

/// Factories set what is global.
struct KeepConfig {
   Config fKept = gConfig();
   ~KeepConfig() { gConfig() = fKept; }
};

std::vector<OptionInfo> CrossValidationOptions()
{
   const KeepConfig keep;
   DataLoader loader("options");
   return CrossValidation("options", &loader, nullptr, "Silent").GetOptionInfos();
}

std::vector<OptionInfo> FactoryOptions()
{
   const KeepConfig keep;
   return Factory("options", nullptr, "Silent").GetOptionInfos();
}

/// What has options and is no method type.
struct Page {
   std::string fName;
   std::string fUse;
   std::function<std::vector<OptionInfo>()> fOptions;
};

const std::vector<Page> &Pages()
{
   static const std::vector<Page> pages = {
      {"Factory", "Factory(job, [file,] options)", FactoryOptions},
      {"DataLoader", "DataLoader::PrepareTrainingAndTestTree(cut, options)",
       [] { return Internal::SplitOptionInfos({"<Class>"}); }},
      {"CrossValidation", "CrossValidation(job, loader, [file,] options)", CrossValidationOptions},
      {"OptimizeAllMethods", "Factory::OptimizeAllMethods(figure, options)",
       [] { return Internal::SearchOptions("ROCIntegral", "").GetOptionInfos(); }},
      {"Reader", "Reader(options)", [] { return Reader("!Color:Silent").GetOptionInfos(); }},
      {"MethodBase", "Factory::BookMethod(loader, type, title, options), every type", MethodBaseOptions}};
   return pages;
}

const Page *FindPage(const std::string &name)
{
   const auto found =
      std::find_if(Pages().begin(), Pages().end(), [&](const Page &page) { return page.fName == name; });
   return found == Pages().end() ? nullptr : &*found;
}

/// The name as it is in OptionPages(). Throws Error (kArgument).
std::string RequirePage(const TString &name)
{
   const auto pages = OptionPages();
   std::string known;
   for (const auto &page : pages) {
      if (name.EqualTo(page.c_str(), TString::kIgnoreCase))
         return page;
      known += (known.empty() ? "" : ", ") + page;
   }
   throw Error(EErrorCode::kArgument, "nothing of the name '" + std::string(name) + "' has options" +
                                         Internal::DidYouMean(name.Data(), pages) + "; there are " + known);
}

std::string Analyses(MethodBase &method)
{
   std::string text;
   const auto add = [&](bool can, const char *what) {
      if (can)
         text += (text.empty() ? "" : ", ") + std::string(what);
   };
   add(method.HasAnalysisType(Types::kClassification, 2, 0), "classification");
   add(method.HasAnalysisType(Types::kMulticlass, 3, 0), "multiclass");
   add(method.HasAnalysisType(Types::kRegression, 1, 1), "regression");
   return text;
}

const char *const kPreface = R"(# Options

This page is printed by `torchmva options --markdown`, from the declarations in the code (`make docs`). At a terminal:
`torchmva options PyTorch`; in a job: the option `H` of a method, or `factory.PrintHelpMessage("dataset")`.

Options are one text in TMVA's grammar: `name=value:flag:!flag`. Names and listed values are case-insensitive. A bare
value is given to the first option that lists it (`Fisher` sets `Method=Fisher`). An unknown name or a bad value is an
error (`kOption`) that suggests the nearest name; an option that comes twice gives a warning, and the last one counts.
Blanks belong to the value, so file names may have them; a colon cannot be in a value. A type with a number, `Int[3]`,
is an array: `name=value` sets all elements, `name[0]=value` one.

In Python keyword arguments become that text: `V=False` is `!V`, `NumEpochs=20` is `NumEpochs=20`.
)";

} // namespace

std::vector<std::string> OptionPages()
{
   std::vector<std::string> names;
   for (const auto &page : Pages())
      names.push_back(page.fName);
   for (const auto &type : ClassifierFactory::Instance().List())
      if (!FindPage(type))
         names.push_back(type);
   return names;
}

std::vector<OptionInfo> OptionsOf(const TString &name)
{
   const std::string known = RequirePage(name);
   const Page *page = FindPage(known);
   return page ? page->fOptions() : Specimen(known).fMethod->GetOwnOptionInfos();
}

std::string OptionHelp(const TString &name)
{
   const std::string known = RequirePage(name);
   if (const Page *page = FindPage(known))
      return page->fUse + "\n\n" + Internal::FormatOptionTable(page->fOptions());
   const Specimen specimen(known);
   return "Factory::BookMethod(loader, \"" + known + "\", title, options): " + Analyses(*specimen.fMethod) + "\n\n" +
          specimen.fMethod->GetHelpPage();
}

std::string OptionReference()
{
   std::string text = kPreface;
   for (const auto &page : Pages())
      text +=
         "\n## " + page.fName + "\n\n`" + page.fUse + "`\n\n" + Internal::FormatOptionMarkdown(page.fOptions()) + "\n";
   for (const auto &name : OptionPages()) {
      if (FindPage(name))
         continue;
      const Specimen specimen(name);
      text += "\n## " + name + "\n\n`BookMethod(loader, \"" + name +
              "\", title, options)`: " + Analyses(*specimen.fMethod) + ".\n";
      const std::string help = specimen.fMethod->GetHelpText();
      if (!help.empty())
         text += "\n```text\n" + help + "\n```\n";
      const auto options = specimen.fMethod->GetOwnOptionInfos();
      text += "\n" + (options.empty() ? "No options of its own." : Internal::FormatOptionMarkdown(options)) + "\n";
   }
   return text;
}

} // namespace TorchMVA
