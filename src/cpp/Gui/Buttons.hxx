#ifndef TORCHMVA_GUI_BUTTONS_HXX
#define TORCHMVA_GUI_BUTTONS_HXX

#include "Gui/ResultFile.hxx"

#include <functional>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// One button: a family of plots that the data set has histograms for.
struct Button {
   std::string fLabel;
   std::string fHint;
   std::string fCall;                            ///< for the control bar; %s: data set and file
   std::function<int(const ResultFile &)> fPlot; ///< the same, for batch mode
};

/// The families that a data set has histograms for.
std::vector<Button> ButtonsFor(const ResultFile &file);

/// The call of a button, for the interpreter.
std::string CommandOf(const Button &button, const ResultFile &file, const std::string &fileName);

} // namespace Internal
} // namespace TorchMVA

#endif
