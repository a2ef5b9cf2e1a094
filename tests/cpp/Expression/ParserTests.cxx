// Texts that are expressions, and texts that are none: an error, never a crash.

#include "ExpressionFixture.hxx"

#include "TClass.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

std::string ProblemOf(const std::string &text, ELanguage language = ELanguage::kFormula)
{
   try {
      EntryScope scope;
      Program::Compile(text, scope, language);
   } catch (const ExpressionProblem &problem) {
      return problem.what();
   }
   return "";
}

/// "4" of "twice5"
std::string Lower(const std::string &name)
{
   return std::to_string(std::stoi(name.substr(5)) - 1);
}

TreeText TreeTextOf(const std::string &expression, bool mustBeConst = false)
{
   TreeNames names;
   names.fAliasOf = [](const std::string &name) -> std::optional<std::string> {
      if (name.substr(0, 5) == "twice") // twice1 is twice0+twice0
         return name == "twice0" ? "std::abs(x)" : "twice" + Lower(name) + "+twice" + Lower(name);
      static const std::map<std::string, std::string> aliases = {
         {"risky", "n%m"},   {"plain", "x+1"},   {"blank", ""},    {"loop", "Sum$(v)"},
         {"own", "own+own"}, {"ring", "ring+1"}, {"last", "v[n]"}, {"each", "v[w]"}};
      const auto found = aliases.find(name);
      return found == aliases.end() ? std::nullopt : std::optional<std::string>(found->second);
   };
   names.fIsBranch = [](const std::string &name) { return name == "pol1" || name == "a%b"; };
   names.fIsNested = [](const std::string &name) { return name == "rows"; };
   names.fIsCollection = [](const std::string &text) {
      return std::regex_search(text, std::regex("\\bw\\b|^texts$|^rows\\[\\w+\\]$"));
   };
   names.fValueOf = [](const std::string &text) {
      static const std::map<std::string, TreeValue> values = {{"text", {TreeValue::EKind::kText, ""}},
                                                              {"texts", {TreeValue::EKind::kText, ""}},
                                                              {"p4", {TreeValue::EKind::kObject, "TLorentzVector"}},
                                                              {"bytes", {TreeValue::EKind::kBytes, ""}},
                                                              {"bytes[1]", {TreeValue::EKind::kBytes, ""}},
                                                              {"bytes[n]", {TreeValue::EKind::kBytes, ""}}};
      const auto found = values.find(text);
      return found == values.end() ? TreeValue{TreeValue::EKind::kNumber, ""} : found->second;
   };
   names.fClassOf = [](const std::string &text) {
      return text.find("Pt()") == std::string::npos ? TClass::GetClass("TNamed") : nullptr;
   };
   names.fMustBeConst = mustBeConst;
   return TextForTree(expression, names);
}

std::string TextOf(const std::string &expression)
{
   const TreeText text = TreeTextOf(expression);
   EXPECT_EQ(text.fGuard, "") << expression;
   return text.fText;
}

std::string TreeProblemOf(const std::string &expression, bool mustBeConst = false)
{
   try {
      TreeTextOf(expression, mustBeConst);
   } catch (const ExpressionProblem &problem) {
      return problem.what();
   }
   return "";
}

} // namespace

TEST(Parser, AnIndexThatNoCollectionHasIsRefused)
{
   for (const char *text : {"v[4294967296]", "Alt$(v[3000000000],3)", "v[0][4294967297]", "v[1e10]"})
      EXPECT_THROW(ParseExpression(text), ExpressionProblem) << text;
   EXPECT_NO_THROW(ParseExpression("v[2147483647]"));
}

TEST(Parser, SaysWhatIsWrong)
{
   const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "it is empty"},
      {"x +", "it ends where a value is expected"},
      {"(x", "')' is missing"},
      {"x)", "unexpected ')'"},
      {"x y", "unexpected 'y'"},
      {"v[0", "']' is missing"},
      {"x == \"a", "a quotation mark is missing"},
      {"x = y", "unexpected '='"},
      {"1e999", "'1e999' is beyond the range of a number"},
      {"1.2.3", "'1.2.' is not a number"},
      {"x < y < n", "two comparisons follow each other: set parentheses"},
      {"[0]*x", "a parameter '[...]' has no value here"},
      {"x ? y", "':' is missing"},
      {"system(x)", "the function 'system' is not one of those that are known"},
      {"gSystem->Exec(\"a\")", "'Exec(...)' has arguments"},
      {"atan2(x)", "the function 'atan2' does not take 1 arguments"},
      {"x[0]", "'x' has an index, but it is a single number"},
      {"v[0][1]", "'v' has two indices, but it is a collection of numbers"},
      {"\"a\"", "a text in quotation marks can only be compared with a column"},
      {"text + 1", "'text' is a text; it can only be compared with a text"},
      {"Entry$", "there is no 'Entry$'"},
      {"x;y", "unexpected ';'"}};
   for (const auto &[text, problem] : wrong)
      EXPECT_EQ(ProblemOf(text).substr(0, problem.size()), problem) << text;
}

TEST(Parser, LimitsWhatItReads)
{
   const auto repeated = [](const std::string &part, int n) {
      std::string text;
      for (int i = 0; i < n; ++i)
         text += part;
      return text;
   };
   EXPECT_EQ(ProblemOf(repeated("(", 100) + "x" + repeated(")", 100)), "");
   EXPECT_NE(ProblemOf(repeated("(", 100000) + "x").find("20000 characters"), std::string::npos);
   for (const char *part : {"(", "-", "!", "sin(", "v[", "x*", "x^-", "x?1:", "(int)"})
      EXPECT_NE(ProblemOf(repeated(part, 4000) + "x"), "") << part;
   EXPECT_EQ(ProblemOf(repeated("n==1||", 200) + "x"), "");
   EXPECT_NE(ProblemOf(repeated("x+", 1200) + "x").find("more than 1000"), std::string::npos);
}

TEST(Parser, RandomTextsAreExpressionsOrErrors)
{
   std::mt19937 random(5);
   const std::vector<std::string> pieces = {
      "x",       "v",     "v[0]",  "[",     "]",      "(", ")",  "\"", "1",  "2.5",    "e",    "+",
      "-",       "*",     "/",     "%",     "^",      "!", "?",  ":",  "&&", "||",     "<",    "=",
      "==",      "sqrt(", "Sum$(", "Alt$(", "$",      "@", ".",  ",",  " ",  ";",      "\xc3", "\x01",
      "TMath::", "::",    "0x",    "[id]",  "min(x,", "'", "\\", "#",  "->", ".size()"};
   int nExpressions = 0;
   for (int i = 0; i < 20000; ++i) {
      std::string text;
      for (unsigned n = random() % 12; n > 0; --n)
         text += pieces[random() % pieces.size()];
      nExpressions += ProblemOf(text).empty();
      ProblemOf(text, ELanguage::kSplit);
      TreeProblemOf(text);
   }
   EXPECT_GT(nExpressions, 100);
   EXPECT_LT(nExpressions, 10000);
}

/// The text that a tree gets is the user's, unless ROOT would crash, differ, or not know it.
TEST(TreeText, ChangesOnlyWhatItMust)
{
   for (const char *text : {"x+y",
                            "sqrt(x*x+y*y)",
                            "sqrt(x^2+y^2)",
                            "int(x)%3",
                            "Entry$",
                            "myFunction(x)",
                            "v[0]",
                            "a%b",
                            "pol1",
                            "@v.size()",
                            "plain*2",
                            "v[]+1",
                            "Length$(v)>0",
                            "sqrt(abs(x))",
                            "text==\"50%\"",
                            "t[0].pt",
                            "t[1].hits[2].Pt()",
                            "v[1][2]",
                            "Alt$(v[1],0)",
                            "sqrt(x>y)",
                            "rows[0]"})
      EXPECT_EQ(TextOf(text), text);
   const std::vector<std::pair<std::string, std::string>> changed = {
      {"x%y", "fmod(int(x),int(y))"},
      {"x%-1", "fmod(int(x),int((-1)))"},
      {"sqrt(x)", "TMath::Sqrt(x)"},
      {"sqrt(x*y)+1", "(TMath::Sqrt((x*y))+1)"},
      {"std::abs(x)", "abs(x)"},
      {"v.size()>0", "((Length$(v))>0)"},
      {"(int)text.size()", "int(text.size())"},
      {"rows.size()", "(rows@.size())"},
      {"rows.empty()", "(rows@.size()==0)"},
      {"v.at(0)", "v[0]"},
      {"(double)x/2.f", "((x)/2)"},
      {"(int)x/2", "(int(x)/2)"},
      {"(float)x/2", "(TorchMVAColumns::ToFloat(x)/2)"},
      {"risky<1", "((fmod(int(n),int(m)))<1)"},
      {"v[]+risky>plain && text!=\"risky\"", "(((v+(fmod(int(n),int(m))))>plain)&&(text!=\"risky\"))"},
      {"Sum(v)", "Sum$(v)"},
      {"sqrt(n|m)", "TMath::Sqrt((n|m))"}};
   for (const auto &[text, expected] : changed)
      EXPECT_EQ(TextOf(text), expected);
}

/// What must hold for an element to exist is asked before anything is evaluated, where the element would be.
TEST(TreeText, AsksWhetherElementsExist)
{
   const std::string n = "0<=int(n)&&int(n)<Length$(v)";
   const std::string w = "0<=int(w)&&int(w)<Length$(v)";
   struct Case {
      const char *fExpression;
      std::string fText, fGuard;
   };
   for (const Case &wanted : std::vector<Case>{
           {"v[n-1]", "Min$(v[(n-1)])", "0<=int((n-1))&&int((n-1))<Length$(v)"},
           {"v.at(n)", "Min$(v[n])", n},
           {"v[1][n]", "Min$(v[1][n])", "0<=int(n)&&int(n)<Length$(v[1])"},
           {"v[n][1]", "Min$(v[n][1])", "0<=int(n)&&int(1)<Length$(v[n])"},
           {"v[w]", "v[w]", w},
           {"v[1.5]", "Min$(v[1.5])", "0<=int(1.5)&&int(1.5)<Length$(v)"},
           {"v[Alt$(n,0)]", "Min$(v[Min$(Alt$(n,0))])", "0<=int(Min$(Alt$(n,0)))&&int(Min$(Alt$(n,0)))<Length$(v)"},
           {"v[ (1)]", "v[1]", ""},
           {"rows[n]", "rows[n]", "0<=int(n)&&int(n)<rows@.size()"},
           {"rows[1][0]", "Min$(rows[1][0])", "int(1)<rows@.size()&&int(0)<Length$(rows[1])"},
           {"rows.at(n)[0]", "Min$(rows[n][0])", "0<=int(n)&&int(n)<rows@.size()&&int(0)<Length$(rows[n])"},
           {"t[n].Pt()/2", "(Min$(t[n].Pt())/2)", "0<=int(n)&&int(n)<Length$(t)"},
           {"t[n].hits[m].x", "Min$(t[n].hits[m].x)",
            "0<=int(n)&&int(n)<Length$(t)&&0<=int(m)&&int(m)<Length$(t[n].hits)"},
           {"v[v[n]]", "Min$(v[Min$(v[n])])", n + "&&0<=int(Min$(v[n]))&&int(Min$(v[n]))<Length$(v)"},
           {"v[n]>0?x:y", "((Min$(v[n])>0)?x:y)", n},
           {"x?v[n]:y", "(x?Min$(v[n]):y)", "(x?" + n + ":1)"},
           {"(x?y:v[n])+1", "((x?y:Min$(v[n]))+1)", "(x?1:" + n + ")"},
           {"v[n]>0&&x", "((Min$(v[n])>0)&&x)", n},
           {"x&&v[n]", "(x&&Min$(v[n]))", "(x?" + n + ":1)"},
           {"(x||v[n])?1:2", "((x||Min$(v[n]))?1:2)", "(x?1:" + n + ")"},
           {"last>0", "((Min$(v[n]))>0)", n},
           {"v[]*last", "(v*(Min$(v[n])))", n},
           {"Sum$(v[n])>0", "((Sum$(" + n + ")?Sum$(Min$(v[n])):0)>0)", ""},
           {"Sum$(v[w])>0", "(Sum$(v[w])>0)", "Sum$((" + w + "?(0?(v[w]):0):1))==0"},
           {"Sum$(w*v[n])", "Sum$((w*Min$(v[n])))", "Sum$((" + n + "?(0?((w*Min$(v[n]))):0):1))==0"},
           {"Alt$(v[n]*2,-1)", "Alt$((" + n + "?(Min$(v[n])*2):(-1)),(-1))", ""},
           {"Alt$(v[1],v[n])", "Alt$(v[1],Min$(v[n]))", "Alt$((0?v[1]:1)," + n + ")"},
           {"Alt$(v[w],-1)", "Alt$((" + w + "?v[w]:(-1)),(-1))", ""},
           {"Alt$(v[w],v[n])", "Alt$((" + w + "?v[w]:Min$(v[n])),Min$(v[n]))",
            "Alt$((" + w + "?(0?v[w]:1):" + n + ")," + n + ")"},
           {"v.front()", "v[0]", ""},
           {"v.back()", "Min$(v[((Length$(v))-1)])", "0<=int(((Length$(v))-1))&&int(((Length$(v))-1))<Length$(v)"},
           {"Length$(v[n])", "(Sum$(" + n + ")?Length$(Min$(v[n])):0)", ""},
           {"Length$(rows[n])", "(Sum$(0<=int(n)&&int(n)<rows@.size())?Length$(rows[n]):0)", ""},
           {"Length$(v[w])", "Length$(v[w])", ""}}) {
      const TreeText found = TreeTextOf(wanted.fExpression);
      EXPECT_EQ(found.fText, wanted.fText) << wanted.fExpression;
      EXPECT_EQ(found.fGuard, wanted.fGuard) << wanted.fExpression;
   }
   EXPECT_EQ(TreeTextOf("v[]*each").fGuard, w);
   EXPECT_NE(TreeProblemOf("rows[w][0]").find("is a collection"), std::string::npos);
   EXPECT_NE(TreeProblemOf("v[Iteration$+1]").find("has Iteration$"), std::string::npos);
   EXPECT_NE(TreeProblemOf("MinIf$(v,v[n]>0)").find("may not exist"), std::string::npos);
}

/// TTreeFormula takes an address or 0 for a text or an object, and the first element for an element of an array of bytes.
TEST(TreeText, KnowsWhatIsANumber)
{
   EXPECT_EQ(TextOf("bytes[1]"), "(bytes[1]+0)");
   EXPECT_EQ(TextOf("Sum$(bytes)*x"), "(Sum$((bytes+0))*x)");
   EXPECT_EQ(TextOf("Length$(bytes)+bytes.size()"), "(Length$((bytes+0))+(Length$(bytes+0)))");
   EXPECT_EQ(TextOf("bytes[1]==1"), "((bytes[1]+0)==1)");
   EXPECT_EQ(TextOf("bytes==\"a\""), "bytes==\"a\"");
   const TreeText element = TreeTextOf("bytes[n]");
   EXPECT_EQ(element.fText, "Min$((bytes[n]+0))");
   EXPECT_EQ(element.fGuard, "0<=int(n)&&int(n)<Length$(bytes+0)");
   for (const char *text : {"text==\"a\"", "\"a\"!=text", "text==text", "texts==\"a\"", "strstr(text,\"a\")",
                            "Length$(texts)", "text.size()", "p4.Eval(\"a\")"})
      EXPECT_EQ(TreeProblemOf(text), "") << text;
   EXPECT_EQ(TextOf("texts.size()"), "(Length$(texts))");
   for (const char *text : {"text+0", "Sum$(texts)", "x>0?text:x", "!text", "Alt$(text,0)", "Length$(text)", "x==text",
                            "v[text]", "abs(text)"})
      EXPECT_NE(TreeProblemOf(text).find("'text"), std::string::npos) << text;
   for (const char *text : {"x==\"a\"", "text==1", "p4==\"a\"", "x+\"a\""})
      EXPECT_NE(TreeProblemOf(text), "") << text;
   for (const char *text : {"p4+0", "Sum$(p4)", "sqrt(p4)", "Length$(p4)", "x==p4"})
      EXPECT_NE(TreeProblemOf(text).find("'p4' is an object of class TLorentzVector"), std::string::npos) << text;
}

TEST(TreeText, KnowsWhatIsAnObject)
{
   EXPECT_EQ(TextOf("p4.Vect().Mag()+p4.Pt()"), "p4.Vect().Mag()+p4.Pt()");
   for (const char *text : {"p4.Pt().x", "p4.Pt().Mag()", "p4.Vect().Pt().x.y", "p4.Pt()[0].x"})
      EXPECT_NE(TreeProblemOf(text).find("is no object: it has no '"), std::string::npos) << text;
   for (const char *text : {"p4.Pt()eta", "p4.Pt()(0)", "p4.Pt()$", "p4.Pt()?", "p4.Pt():1", "p4.Pt()p4.Pt()", "x;y",
                            "@x", "x<y==1", "v@.size()::", "blank"})
      EXPECT_NE(TreeProblemOf(text), "") << text;
   for (const char *text : {"name.GetName()", "v@.size()", "v.empty()"})
      EXPECT_EQ(TreeProblemOf(text, true), "") << text;
   for (const char *text : {"name.SetName(x)", "name.Clear()", "v@.clear()", "v.clear()", "name.GetName().Clear()"})
      EXPECT_NE(TreeProblemOf(text, true).find("may change its object"), std::string::npos) << text;
}

/// TTreeFormula's time depends on the text, and that of nested Sum$ is exponential.
TEST(TreeText, IsLimited)
{
   EXPECT_LT(TreeTextOf(Nested("v[", "x", "]", 8)).fGuard.size(), 3000u);
   EXPECT_NE(TreeProblemOf(Nested("v[", "x", "]", 9)).find("more than 8 indices are nested"), std::string::npos);
   EXPECT_NE(TreeProblemOf(Nested("t[", "x", "].i", 60)).find("indices are nested"), std::string::npos);
   EXPECT_NE(TreeProblemOf(Nested("Alt$(v[", "x", "],0)", 60)).find("indices are nested"), std::string::npos);
   EXPECT_NE(TreeProblemOf(Nested("(", "x", "?v[n]:1)", 90)).find("nested too deeply"), std::string::npos);
   EXPECT_LT(TreeTextOf(Nested("x?v[n]:", "y", "", 60)).fGuard.size(), 20000u);
   EXPECT_EQ(TextOf("v" + Nested("", "", ".at(0)", 100)), "v" + Nested("", "", "[0]", 100));
   EXPECT_NE(TreeProblemOf("v" + Nested("", "", ".back()", 20)), "");
   EXPECT_LT(TextOf(Nested("sqrt(x*", "y", ")", 60)).size(), 2000u);
   EXPECT_LT(TextOf(Nested("sqrt(x+", "y", ")*(x-y)", 60)).size(), 2000u);
   EXPECT_EQ(TextOf("twice1+1"), "((((abs(x))+(abs(x))))+1)");
   EXPECT_NE(TreeProblemOf("twice19").find("aliases more than"), std::string::npos);
   for (const char *circle : {"ring", "own"})
      EXPECT_NE(TreeProblemOf(circle).find("aliases are nested"), std::string::npos) << circle;
   EXPECT_EQ(TreeProblemOf(Nested("Sum$(v+", "x", ")", 4) + "+Max$(w)+loop"), "");
   for (const auto &text : {Nested("Sum$(v+", "x", ")", 5), Nested("Max$(v+", "loop", ")", 4)})
      EXPECT_NE(TreeProblemOf(text).find("are nested"), std::string::npos) << text;
}

TEST(TreeText, RefusesWhatEndsTheProcess)
{
   for (const char *text :
        {"x)", "(x", "v[0", "text==\"a", "[0]*x", "gaus", "xpol2", "pol2(0)", "\"a\"", "x%%y", "f(x%y", "sqrt(x) foo"})
      EXPECT_NE(TreeProblemOf(text), "") << text;
}

/// Expressions of weight files call nothing but what computes.
TEST(TreeText, WeightFilesMayOnlyCompute)
{
   for (const char *text : {"x+1", "sqrt(x)", "TMath::Gaus(x,0,1)", "p4.Pt()", "v.size()", "Alt$(v[0],0)", "v.at(1)"})
      EXPECT_NO_THROW(RequirePlain(ParseExpression(text))) << text;
   for (const char *text : {"exit(3)", "gSystem.Exec(1)", "x.Write()", "x.Delete()", "TMath::Exit(1)", "rndm()",
                            "std::system(1)", "obj.Method(2)", "x+(y*abort())"})
      EXPECT_THROW(RequirePlain(ParseExpression(text)), ExpressionProblem) << text;
}
