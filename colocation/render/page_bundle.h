// The program and the style sheet of the page that ToHtml writes.
//
// page_bundle.cc is made by page/build.mjs from the TypeScript in page/, and
// checked in, so that a build needs neither npm nor Node.js;
// //tests/page:bundle_test makes it again and compares. Both texts are ASCII
// and can stand in their elements as they are.
#ifndef COLOCATION_RENDER_PAGE_BUNDLE_H_
#define COLOCATION_RENDER_PAGE_BUNDLE_H_

namespace colocation {

extern const char kPageStyle[];
extern const char kPageScript[];

// For the page's Content-Security-Policy: "sha256-...".
extern const char kPageScriptHash[];

}  // namespace colocation

#endif  // COLOCATION_RENDER_PAGE_BUNDLE_H_
