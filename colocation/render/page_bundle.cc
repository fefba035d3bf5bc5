// Made by page/build.mjs from page/; not to be edited.
// clang-format off
#include "colocation/render/page_bundle.h"

namespace colocation {

constexpr char kPageScriptHash[] = "sha256-sxbB/GBbsTsiIiq9b9DFQEjEMatHd0elqxDHD9Y+5Dk=";

constexpr char kPageStyle[] =
    R"page(:root{color-scheme:light dark;--paper: light-dark(#ffffff, #16191d);--raised: light-dark(#f6f8fa, #1f242a);
--rule: light-dark(#d8dee4, #3a424b);--ink: light-dark(#1a1e23, #e8ebee);--faint: light-dark(#57606a,
#a3adb8);--accent: light-dark(#0062a8, #6cb8f5);--pod: light-dark(#eef6fc, #17283a);--podline: light-dark(#56a8dc,
#33719f);--podink: light-dark(#0b5a8a, #8cc8f2);--task: light-dark(#ffffff, #262c33);--taskline: light-dark(#6e7781,
#7c8792);--outside: light-dark(#fff5ec, #3a2a1a);--order: light-dark(#6e7781, #8d98a4);--result: light-dark(#0072b2,
#56b4e9);--finally: light-dark(#8a7420, #d6bf5c);--other: light-dark(#9c3d7c, #e08cc4);--together: light-dark(#0072b2,
#56b4e9);--apart: light-dark(#d55e00, #f09a55);--witness: light-dark(#d55e00, #f09a55);--bar: light-dark(#a9c9de,
#3d617c);--failed: light-dark(#b3261e, #ff8a80)}:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{
color-scheme:dark}*{box-sizing:border-box}body{margin:0 auto;max-width:110rem;padding:0 1rem 3rem;background:var(--paper);
color:var(--ink);font:15px/1.45 system-ui,sans-serif}h1{font-size:1.4rem;margin:1rem 0 .1rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .4rem;overflow-wrap:anywhere}h3{font-size:.8rem;margin:1rem 0 .2rem;
color:var(--faint);text-transform:uppercase;letter-spacing:.04em}p{margin:.2rem 0 .6rem;max-width:48rem}
header p{color:var(--faint)}main>section,#tables{margin-top:2.2rem}code,kbd,.path{font-family:ui-monospace,DejaVu
Sans Mono,Menlo,Consolas,monospace;font-size:.85em;overflow-wrap:anywhere}kbd{border:1px solid var(--rule);
border-radius:4px;padding:0 .3em;background:var(--raised)}.path{color:var(--faint)}ul,ol{margin:.2rem
0;padding-left:1.2rem}:focus-visible{outline:3px solid var(--accent);outline-offset:1px}button,select,
input{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--rule);border-radius:6px;
padding:.25rem .6rem;min-height:2.1rem}button{cursor:pointer;min-width:2.3rem}button:hover,button[aria-pressed=true]{
border-color:var(--accent)}.link{all:unset;cursor:pointer;color:var(--accent);text-decoration:underline;
overflow-wrap:anywhere}.link:focus-visible{outline:3px solid var(--accent)}.toolbar{display:flex;flex-wrap:wrap;
gap:.4rem;align-items:center;margin:.6rem 0}.search{flex:1 1 16rem;display:flex;gap:.6rem;align-items:center}
.search input{flex:0 1 18rem;min-width:8rem}.found{color:var(--faint);min-width:4rem}.split{display:grid;
grid-template-columns:minmax(0,1fr) 23rem;height:max(28rem,min(76vh,60rem));border:1px solid var(--rule);
border-radius:10px;overflow:hidden}.stage{position:relative;min-width:0;min-height:0}.picture{display:block;
position:absolute;inset:0;width:100%;height:100%;touch-action:none;cursor:grab;user-select:none}.picture:active{
cursor:grabbing}.panel{overflow:auto;padding:.8rem 1rem;border-left:1px solid var(--rule);background:var(--raised);
font-size:.92rem}.panel li{overflow-wrap:anywhere}.facts{list-style:none;padding:0;color:var(--faint)}
.mounts{list-style:none;padding-left:.4rem;font-size:.92em}.keys,.legend{list-style:none;padding:0}.inline{
list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem .8rem}.tone{color:var(--order)}.tone.result{
color:var(--result)}.tone.finally{color:var(--finally)}.tone.other{color:var(--other)}.sample{display:inline-block;
width:2rem;margin-right:.6rem;vertical-align:middle;border-top:2px solid var(--order)}.sample.result{
border-color:var(--result)}.sample.finally{border-color:var(--finally)}.sample.other{border-color:var(--other)}
.sample.gate{border-top-style:dashed}.sample.bar{border-top-width:10px;border-radius:2px}.sample.bar.together{
border-color:var(--together)}.sample.bar.apart{border-color:var(--apart)}.map{position:absolute;right:10px;
bottom:10px;width:150px;height:110px;background:var(--paper);border:1px solid var(--rule);border-radius:6px;
opacity:.92;cursor:pointer}.map.needless{display:none}.map .area{fill:var(--pod)}.map .dot{fill:var(--taskline)}
.map .window{fill:var(--accent);fill-opacity:.16;stroke:var(--accent);stroke-width:2;vector-effect:non-scaling-stroke}
.picture text{font-family:ui-monospace,DejaVu Sans Mono,Menlo,Consolas,monospace;fill:var(--ink)}.paper{
fill:var(--paper)}.pod rect{fill:var(--pod);stroke:var(--podline);stroke-width:1.5}.picture .podname{
font-size:12px;font-weight:600;fill:var(--podink);paint-order:stroke;stroke:var(--pod);stroke-width:4px;
cursor:pointer}.block{fill:none;stroke:var(--taskline);stroke-opacity:.55;stroke-dasharray:1 4;stroke-linecap:round;
stroke-width:1.5}.task{cursor:pointer;outline:none}.task rect{fill:var(--task);stroke:var(--taskline);
stroke-width:1.2}.task.external rect{fill:var(--outside);stroke-dasharray:5 3;stroke:var(--apart)}.task.never
rect{fill:none;stroke-dasharray:2 3}.task.never text{opacity:.65}.task .flag{fill:var(--finally)}.task
.name{font-size:13px;font-weight:600}.picture .task .note{font-size:10.5px;fill:var(--faint)}.task:focus-visible
rect{stroke:var(--accent);stroke-width:4}.task[aria-pressed=true] rect{stroke:var(--accent);stroke-width:3}
.line{fill:none;stroke:var(--order);stroke-width:1.6}.line.result{stroke:var(--result);stroke-width:2.2}
.line.finally{stroke:var(--finally)}.line.other{stroke:var(--other);stroke-width:2.2}.line.gate{stroke-dasharray:7
4}.head path{fill:var(--order)}.head.result path{fill:var(--result)}.head.finally path{fill:var(--finally)}
.head.other path{fill:var(--other)}.dimmed .task:not(.lit),.dimmed .block{opacity:.28}.dimmed .line:not(.lit){
opacity:.12}.dimmed .line.lit{stroke-width:2.8}.dimmed .pod:not(.lit){opacity:.45}.dimmed .task.lit rect{
stroke:var(--accent);stroke-width:2}.dimmed .task.self rect{stroke-width:3.5}.labels rect{fill:var(--paper);
stroke:var(--rule)}.picture .labels text{font-size:10.5px;fill:var(--ink)}.labels{pointer-events:none}
figure{margin:1rem 0 1.6rem}figcaption{max-width:60rem}.witnesses{overflow-wrap:anywhere}.scroll{overflow-x:auto}
.chart{display:block;margin-top:.4rem}.chart text{font:11px system-ui,sans-serif;fill:var(--faint)}.chart
.value{fill:var(--ink);font-weight:600}.chart .name{fill:var(--ink);font-family:ui-monospace,DejaVu Sans
Mono,Menlo,Consolas,monospace}.bar{fill:var(--bar)}.bar.witness,.bar.peak{fill:var(--witness)}.bar.sum{
fill:var(--bar)}.peakline{stroke:var(--witness);stroke-dasharray:5 4}.baseline{stroke:var(--taskline)}
.grid{stroke:var(--rule)}.running.together{fill:var(--together)}.running.apart{fill:var(--apart)}.running.failed{
fill:var(--failed)}.waiting.together{fill:var(--together);opacity:.4}.waiting.apart{fill:var(--apart);
opacity:.4}table{border-collapse:collapse;font-size:.92rem}#tables table{width:100%}th,td{text-align:left;
vertical-align:top;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
th{color:var(--faint);font-weight:600;overflow-wrap:normal}summary{cursor:pointer;padding:.3rem 0;font-weight:600}
@media(max-width:699px){body{padding:0 .6rem 2rem}.split{grid-template-columns:none;grid-template-rows:64vh
auto;height:auto}.panel{border-left:0;border-top:1px solid var(--rule);max-height:60vh}.map{width:90px;
height:90px}.search{flex-basis:100%}.search input{flex:1}}@media print{:root{color-scheme:light!important}
body{max-width:none;padding:0}.toolbar,.panel,.map,figcaption button{display:none}.split{display:block;
height:auto;border:0;overflow:visible}.picture{position:static;width:100%;height:auto;max-height:24cm}
.picture.whole>g{transform:none}section,tr,figure{break-inside:avoid}.scroll{overflow:visible}.chart{
max-width:100%;height:auto}}@media(prefers-reduced-motion:no-preference){.task,.line,.pod{transition:opacity
.12s}}
)page";

constexpr char kPageScript[] =
    R"page(/*! This page has parts of:

@dagrejs/dagre 3.1.3
Copyright (c) 2012-2014 Chris Pettitt

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.

@dagrejs/graphlib 4.0.6
Copyright (c) 2012-2014 Chris Pettitt

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
*/
"use strict";(()=>{var nn="http://www.w3.org/2000/svg";function Fe(e,t,n){for(let[r,s]of Object.entries(t))s===void 0||
s===!1||e.setAttribute(r,s===!0?"":String(s));for(let r of n)r!==void 0&&e.append(r);return e}function p(e,t={},...n){
return Fe(document.createElement(e),t,n)}function x(e,t={},...n){return Fe(document.createElementNS(
nn,e),t,n)}function z(e,t,n){let r=p("button",{type:"button",title:t,"aria-label":t},e);return r.addEventListener(
"click",n),r}function H(e,t){let n=[...e];return n.length<=t?e:n.slice(0,Math.max(0,t-1)).join("")+"\
\u2026"}function R(e,t){return`${e} ${t}${e===1?"":"s"}`}function rn(e){return(document.querySelector("style")?.textContent??"").replace(/light-dark\(([^,()]+),([^()]+)\)/g,
(n,r,s)=>e?s:r)}function be(){let e=document.documentElement.dataset.theme;return e?e==="dark":matchMedia(
"(prefers-color-scheme: dark)").matches}function sn(e,t){let n=e.cloneNode(!0);n.setAttribute("xmlns",
"http://www.w3.org/2000/svg"),n.setAttribute("viewBox",`0 0 ${t.width} ${t.height}`),n.setAttribute(
"width",String(t.width)),n.setAttribute("height",String(t.height)),n.classList.remove("dimmed"),n.querySelector(
"g[transform]")?.removeAttribute("transform");for(let r of n.querySelectorAll(".lit, .self"))r.classList.
remove("lit","self");return n.querySelector(".labels")?.remove(),n.prepend(x("style",{},rn(be())),x(
"rect",{width:t.width,height:t.height,class:"paper"})),new XMLSerializer().serializeToString(n)}function Be(e,t,n){
let r=URL.createObjectURL(new Blob([sn(e,t)],{type:"image/svg+xml"})),s=document.createElement("a");
s.href=r,s.download=`${n.replace(/[^A-Za-z0-9.-]+/g,"-")||"plan"}.svg`,s.click(),setTimeout(()=>URL.
revokeObjectURL(r),1e3)}var ct=Object.defineProperty,on=(e,t,n)=>t in e?ct(e,t,{enumerable:!0,configurable:!0,writable:!0,value:n}):
e[t]=n,an=(e,t)=>{for(var n in t)ct(e,n,{get:t[n],enumerable:!0})},ln=(e,t,n)=>on(e,typeof t!="symbo\
l"?t+"":t,n),_e={};an(_e,{Graph:()=>D,alg:()=>Ne});var dn=Object.defineProperty,ut=(e,t)=>{for(var n in t)
dn(e,n,{get:t[n],enumerable:!0})},Te=class{constructor(e){this._isDirected=!0,this._isMultigraph=!1,
this._isCompound=!1,this._nodes={},this._in={},this._preds={},this._out={},this._sucs={},this._edgeObjs=
{},this._edgeLabels={},this._nodeCount=0,this._edgeCount=0,this._defaultNodeLabelFn=()=>{},this._defaultEdgeLabelFn=
()=>{},e&&(this._isDirected="directed"in e?e.directed:!0,this._isMultigraph="multigraph"in e?e.multigraph:
!1,this._isCompound="compound"in e?e.compound:!1),this._isCompound&&(this._parent={},this._children=
{},this._children["\0"]={})}isDirected(){return this._isDirected}isMultigraph(){return this._isMultigraph}isCompound(){
return this._isCompound}setGraph(e){return this._label=e,this}graph(){return this._label}setDefaultNodeLabel(e){
return typeof e!="function"?this._defaultNodeLabelFn=()=>e:this._defaultNodeLabelFn=e,this}nodeCount(){
return this._nodeCount}nodes(){return Object.keys(this._nodes)}sources(){return this.nodes().filter(
e=>Object.keys(this._in[e]).length===0)}sinks(){return this.nodes().filter(e=>Object.keys(this._out[e]).
length===0)}setNodes(e,t){return e.forEach(n=>{t!==void 0?this.setNode(n,t):this.setNode(n)}),this}setNode(e,t){
return e in this._nodes?(arguments.length>1&&(this._nodes[e]=t),this):(this._nodes[e]=arguments.length>
1?t:this._defaultNodeLabelFn(e),this._isCompound&&(this._parent[e]="\0",this._children[e]={},this._children["\
\0"][e]=!0),this._in[e]={},this._preds[e]={},this._out[e]={},this._sucs[e]={},++this._nodeCount,this)}node(e){
return this._nodes[e]}hasNode(e){return e in this._nodes}removeNode(e){if(e in this._nodes){let t=n=>this.
removeEdge(this._edgeObjs[n]);delete this._nodes[e],this._isCompound&&(this._removeFromParentsChildList(
e),delete this._parent[e],this.children(e).forEach(n=>{this.setParent(n)}),delete this._children[e]),
Object.keys(this._in[e]).forEach(t),delete this._in[e],delete this._preds[e],Object.keys(this._out[e]).
forEach(t),delete this._out[e],delete this._sucs[e],--this._nodeCount}return this}setParent(e,t){if(!this.
_isCompound)throw new Error("Cannot set parent in a non-compound graph");if(t===void 0)t="\0";else{t+=
"";for(let n=t;n!==void 0;n=this.parent(n))if(n===e)throw new Error("Setting "+t+" as parent of "+e+
" would create a cycle");this.setNode(t)}return this.setNode(e),this._removeFromParentsChildList(e),
this._parent[e]=t,this._children[t][e]=!0,this}parent(e){if(this._isCompound){let t=this._parent[e];
if(t!=="\0")return t}}children(e="\0"){if(this._isCompound){let t=this._children[e];if(t)return Object.
keys(t)}else{if(e==="\0")return this.nodes();if(this.hasNode(e))return[]}return[]}predecessors(e){let t=this.
_preds[e];if(t)return Object.keys(t)}successors(e){let t=this._sucs[e];if(t)return Object.keys(t)}neighbors(e){
let t=this.predecessors(e);if(t){let n=new Set(t),r=this.successors(e);if(r)for(let s of r)n.add(s);
return Array.from(n.values())}}isLeaf(e){var t;let n;return this.isDirected()?n=this.successors(e):n=
this.neighbors(e),((t=n?.length)!=null?t:0)===0}filterNodes(e){let t=new this.constructor({directed:this.
_isDirected,multigraph:this._isMultigraph,compound:this._isCompound});t.setGraph(this.graph()),Object.
entries(this._nodes).forEach(([s,i])=>{e(s)&&t.setNode(s,i)}),Object.values(this._edgeObjs).forEach(
s=>{t.hasNode(s.v)&&t.hasNode(s.w)&&t.setEdge(s,this.edge(s))});let n={},r=s=>{let i=this.parent(s);
return!i||t.hasNode(i)?(n[s]=i,i):i in n?n[i]:r(i)};return this._isCompound&&t.nodes().forEach(s=>t.
setParent(s,r(s))),t}setDefaultEdgeLabel(e){return typeof e!="function"?this._defaultEdgeLabelFn=()=>e:
this._defaultEdgeLabelFn=e,this}edgeCount(){return this._edgeCount}edges(){return Object.values(this.
_edgeObjs)}setPath(e,t){return e.reduce((n,r)=>(t!==void 0?this.setEdge(n,r,t):this.setEdge(n,r),r)),
this}setEdge(e,t,n,r){let s,i,o,a,l=!1;typeof e=="object"&&e!==null&&"v"in e?(s=e.v,i=e.w,o=e.name,arguments.
length===2&&(a=t,l=!0)):(s=e,i=t,o=r,arguments.length>2&&(a=n,l=!0)),s=""+s,i=""+i,o!==void 0&&(o=""+
)page"
    R"page(o);let d=ee(this._isDirected,s,i,o);if(d in this._edgeLabels)return l&&(this._edgeLabels[d]=a),this;
if(o!==void 0&&!this._isMultigraph)throw new Error("Cannot set a named edge when isMultigraph = fals\
e");this.setNode(s),this.setNode(i),this._edgeLabels[d]=l?a:this._defaultEdgeLabelFn(s,i,o);let h=hn(
this._isDirected,s,i,o);return s=h.v,i=h.w,Object.freeze(h),this._edgeObjs[d]=h,Ke(this._preds[i],s),
Ke(this._sucs[s],i),this._in[i][d]=h,this._out[s][d]=h,this._edgeCount++,this}edge(e,t,n){let r=arguments.
length===1?we(this._isDirected,e):ee(this._isDirected,e,t,n);return this._edgeLabels[r]}edgeAsObj(e,t,n){
let r=arguments.length===1?this.edge(e):this.edge(e,t,n);return typeof r!="object"||r===null?{label:r}:
r}hasEdge(e,t,n){return(arguments.length===1?we(this._isDirected,e):ee(this._isDirected,e,t,n))in this.
_edgeLabels}removeEdge(e,t,n){let r=arguments.length===1?we(this._isDirected,e):ee(this._isDirected,
e,t,n),s=this._edgeObjs[r];if(s){let i=s.v,o=s.w;delete this._edgeLabels[r],delete this._edgeObjs[r],
He(this._preds[o],i),He(this._sucs[i],o),delete this._in[o][r],delete this._out[i][r],this._edgeCount--}
return this}inEdges(e,t){return this.isDirected()?this.filterEdges(this._in[e],e,t):this.nodeEdges(e,
t)}outEdges(e,t){return this.isDirected()?this.filterEdges(this._out[e],e,t):this.nodeEdges(e,t)}nodeEdges(e,t){
if(e in this._nodes)return this.filterEdges({...this._in[e],...this._out[e]},e,t)}_removeFromParentsChildList(e){
delete this._children[this._parent[e]][e]}filterEdges(e,t,n){if(!e)return;let r=Object.values(e);return n?
r.filter(s=>s.v===t&&s.w===n||s.v===n&&s.w===t):r}};function Ke(e,t){e[t]?e[t]++:e[t]=1}function He(e,t){
e[t]!==void 0&&!--e[t]&&delete e[t]}function ee(e,t,n,r){let s=""+t,i=""+n;if(!e&&s>i){let o=s;s=i,i=
o}return s+"\x01"+i+"\x01"+(r===void 0?"\0":r)}function hn(e,t,n,r){let s=""+t,i=""+n;if(!e&&s>i){let a=s;
s=i,i=a}let o={v:s,w:i};return r&&(o.name=r),o}function we(e,t){return ee(e,t.v,t.w,t.name)}var cn={};
ut(cn,{read:()=>gn,write:()=>un});function un(e){let t={options:{directed:e.isDirected(),multigraph:e.
isMultigraph(),compound:e.isCompound()},nodes:fn(e),edges:pn(e)},n=e.graph();return n!==void 0&&(t.value=
structuredClone(n)),t}function fn(e){return e.nodes().map(t=>{let n=e.node(t),r=e.parent(t),s={v:t};
return n!==void 0&&(s.value=n),r!==void 0&&(s.parent=r),s})}function pn(e){return e.edges().map(t=>{
let n=e.edge(t),r={v:t.v,w:t.w};return t.name!==void 0&&(r.name=t.name),n!==void 0&&(r.value=n),r})}
function gn(e){let t=new Te(e.options);return e.value!==void 0&&t.setGraph(e.value),e.nodes.forEach(
n=>{t.setNode(n.v,n.value),n.parent&&t.setParent(n.v,n.parent)}),e.edges.forEach(n=>{t.setEdge({v:n.
v,w:n.w,name:n.name},n.value)}),t}var Ne={};ut(Ne,{CycleException:()=>ie,bellmanFord:()=>ft,components:()=>wn,
dijkstra:()=>se,dijkstraAll:()=>En,findCycles:()=>xn,floydWarshall:()=>Mn,isAcyclic:()=>Tn,postorder:()=>Ln,
preorder:()=>Sn,prim:()=>On,shortestPaths:()=>Pn,tarjan:()=>gt,topsort:()=>mt});var mn=()=>1;function ft(e,t,n,r){
return bn(e,String(t),n||mn,r||function(s){var i;return(i=e.outEdges(s))!=null?i:[]})}function bn(e,t,n,r){
let s={},i,o=0,a=e.nodes(),l=function(c){let u=s[c.v],f=s[c.w];if(!u||!f)return;let m=n(c);u.distance+
m<f.distance&&(s[c.w]={distance:u.distance+m,predecessor:c.v},i=!0)},d=function(){a.forEach(function(c){
r(c).forEach(function(u){let f=u.v===c?u.v:u.w,m=f===u.v?u.w:u.v;l({v:f,w:m})})})};a.forEach(function(c){
let u=c===t?0:Number.POSITIVE_INFINITY;s[c]={distance:u,predecessor:""}});let h=a.length;for(let c=1;c<
h&&(i=!1,o++,d(),!!i);c++);if(o===h-1&&(i=!1,d(),i))throw new Error("The graph contains a negative w\
eight cycle");return s}function wn(e){let t={},n=[],r;function s(i){var o,a;i in t||(t[i]=!0,r.push(
i),(o=e.successors(i))==null||o.forEach(s),(a=e.predecessors(i))==null||a.forEach(s))}return e.nodes().
forEach(function(i){r=[],s(i),r.length&&n.push(r)}),n}var pt=class{constructor(){this._arr=[],this._keyIndices=
{}}size(){return this._arr.length}keys(){return this._arr.map(e=>e.key)}has(e){return e in this._keyIndices}priority(e){
let t=this._keyIndices[e];if(t!==void 0)return this._arr[t].priority}min(){if(this.size()===0)throw new Error(
"Queue underflow");return this._arr[0].key}add(e,t){let n=this._keyIndices,r=String(e);if(!(r in n)){
let s=this._arr,i=s.length;return n[r]=i,s.push({key:r,priority:t}),this._decrease(i),!0}return!1}removeMin(){
if(this.size()===0)throw new Error("Queue underflow");this._swap(0,this._arr.length-1);let e=this._arr.
pop();return delete this._keyIndices[e.key],this._heapify(0),e.key}decrease(e,t){let n=this._keyIndices[e];
if(n===void 0)throw new Error(`Key not found: ${e}`);let r=this._arr[n].priority;if(t>r)throw new Error(
`New priority is greater than current priority. Key: ${e} Old: ${r} New: ${t}`);this._arr[n].priority=
t,this._decrease(n)}_heapify(e){let t=this._arr,n=2*e,r=n+1,s=e;n<t.length&&(s=t[n].priority<t[s].priority?
n:s,r<t.length&&(s=t[r].priority<t[s].priority?r:s),s!==e&&(this._swap(e,s),this._heapify(s)))}_decrease(e){
let t=this._arr,n=t[e].priority,r;for(;e!==0&&(r=e>>1,!(t[r].priority<n));)this._swap(e,r),e=r}_swap(e,t){
let n=this._arr,r=this._keyIndices,s=n[e],i=n[t];n[e]=i,n[t]=s,r[i.key]=e,r[s.key]=t}},vn=()=>1;function se(e,t,n,r){
let s=function(i){var o;return(o=e.outEdges(i))!=null?o:[]};return yn(e,String(t),n||vn,r||s)}function yn(e,t,n,r){
let s={},i=new pt,o,a,l=function(d){let h=d.v!==o?d.v:d.w,c=s[h];if(!c)return;let u=n(d),f=a.distance+
u;if(u<0)throw new Error("dijkstra does not allow negative edge weights. Bad edge: "+d+" Weight: "+u);
f<c.distance&&(c.distance=f,c.predecessor=o,i.decrease(h,f))};for(e.nodes().forEach(function(d){let h=d===
t?0:Number.POSITIVE_INFINITY;s[d]={distance:h,predecessor:""},i.add(d,h)});i.size()>0;){o=i.removeMin();
let d=s[o];if(!d||d.distance===Number.POSITIVE_INFINITY)break;a=d,r(o).forEach(l)}return s}function En(e,t,n){
return e.nodes().reduce(function(r,s){return r[s]=se(e,s,t,n),r},{})}function gt(e){let t=0,n=[],r={},
s=[];function i(o){var a;let l=r[o]={onStack:!0,lowlink:t,index:t++};if(n.push(o),(a=e.successors(o))==
null||a.forEach(function(d){if(d in r){let h=r[d];h!=null&&h.onStack&&(l.lowlink=Math.min(l.lowlink,
h.index))}else{i(d);let h=r[d];h&&(l.lowlink=Math.min(l.lowlink,h.lowlink))}}),l.lowlink===l.index){
let d=[],h;do{h=n.pop();let c=r[h];c&&(c.onStack=!1),d.push(h)}while(o!==h);s.push(d)}}return e.nodes().
forEach(function(o){o in r||i(o)}),s}function xn(e){return gt(e).filter(function(t){var n;let r=t[0];
return r?t.length>1||t.length===1&&((n=e.outEdges(r,r))!=null?n:[]).length>0:!1})}var kn=()=>1;function Mn(e,t,n){
return _n(e,t||kn,n||function(r){var s;return(s=e.outEdges(r))!=null?s:[]})}function _n(e,t,n){let r={},
s=e.nodes();return s.forEach(function(i){let o={};r[i]=o,o[i]={distance:0,predecessor:""},s.forEach(
function(a){i!==a&&(o[a]={distance:Number.POSITIVE_INFINITY,predecessor:""})}),n(i).forEach(function(a){
let l=a.v===i?a.w:a.v,d=t(a);o[l]={distance:d,predecessor:i}})}),s.forEach(function(i){let o=r[i];o&&
s.forEach(function(a){let l=r[a];l&&s.forEach(function(d){let h=l[i],c=o[d],u=l[d];if(h&&c&&u){let f=h.
distance+c.distance;f<u.distance&&(u.distance=f,u.predecessor=c.predecessor)}})})}),r}var ie=class extends Error{constructor(e){
super(e),this.name="CycleException"}};function mt(e){let t={},n={},r=[];function s(i){var o;if(i in n)
throw new ie;i in t||(n[i]=!0,t[i]=!0,(o=e.predecessors(i))==null||o.forEach(s),delete n[i],r.push(i))}
if(e.sinks().forEach(s),Object.keys(t).length!==e.nodeCount())throw new ie;return r}function Tn(e){try{
mt(e)}catch(t){if(t instanceof ie)return!1;throw t}return!0}function Nn(e,t,n,r,s){Array.isArray(t)||
(t=[t]);let i=(a=>{var l;return(l=e.isDirected()?e.successors(a):e.neighbors(a))!=null?l:[]}),o={};return t.
forEach(function(a){if(!e.hasNode(a))throw new Error("Graph does not have node: "+a);s=bt(e,a,n==="p\
ost",o,i,r,s)}),s}function bt(e,t,n,r,s,i,o){return t in r||(r[t]=!0,n||(o=i(o,t)),s(t).forEach(function(a){
o=bt(e,a,n,r,s,i,o)}),n&&(o=i(o,t))),o}function wt(e,t,n){return Nn(e,t,n,function(r,s){return r.push(
s),r},[])}function Ln(e,t){return wt(e,t,"post")}function Sn(e,t){return wt(e,t,"pre")}function On(e,t){
var n;let r=new Te,s={},i=new pt,o;function a(h){let c=h.v===o?h.w:h.v,u=i.priority(c);if(u!==void 0){
let f=t(h);f<u&&(s[c]=o,i.decrease(c,f))}}if(e.nodeCount()===0)return r;e.nodes().forEach(function(h){
i.add(h,Number.POSITIVE_INFINITY),r.setNode(h)});let l=e.nodes()[0];l!==void 0&&i.decrease(l,0);let d=!1;
for(;i.size()>0;){if(o=i.removeMin(),o in s)r.setEdge(o,s[o]);else{if(d)throw new Error("Input graph\
 is not connected: "+e);d=!0}(n=e.nodeEdges(o))==null||n.forEach(a)}return r}function Pn(e,t,n,r){return jn(
e,t,n,r??(s=>{var i;return(i=e.outEdges(s))!=null?i:[]}))}function jn(e,t,n,r){if(n===void 0)return se(
e,t,n,r);let s=!1,i=e.nodes();for(let o=0;o<i.length;o++){let a=i[o];if(a===void 0)continue;let l=r(
a);for(let d=0;d<l.length;d++){let h=l[d];if(!h)continue;let c=h.v===a?h.v:h.w,u=c===h.v?h.w:h.v;n({
v:c,w:u})<0&&(s=!0)}if(s)return ft(e,t,n,r)}return se(e,t,n,r)}var D=Te;function Y(e,t,n,r){let s=r;
for(;e.hasNode(s);)s=Le(r);return n.dummy=t,e.setNode(s,n),s}function $n(e){let t=new D().setGraph(e.
graph());return e.nodes().forEach(n=>t.setNode(n,e.node(n))),e.edges().forEach(n=>{let r=t.edge(n.v,
n.w)||{weight:0,minlen:1},s=e.edge(n);t.setEdge(n.v,n.w,{weight:r.weight+s.weight,minlen:Math.max(r.
minlen,s.minlen)})}),t}function vt(e){let t=new D({multigraph:e.isMultigraph()}).setGraph(e.graph());
return e.nodes().forEach(n=>{e.children(n).length||t.setNode(n,e.node(n))}),e.edges().forEach(n=>{t.
setEdge(n,e.edge(n))}),t}function We(e,t){let n=e.x,r=e.y,s=t.x-n,i=t.y-r,o=e.width/2,a=e.height/2;if(!s&&
!i)throw new Error("Not possible to find intersection inside of the rectangle");let l,d;return s===0||
Math.abs(i)*o>Math.abs(s)*a?(i<0&&(a=-a),l=a*s/i,d=a):(s<0&&(o=-o),l=o,d=o*i/s),{x:n+l,y:r+d}}function ae(e){
let t=te(Et(e)+1).map(()=>[]);return e.nodes().forEach(n=>{let r=e.node(n),s=r.rank;s!==void 0&&(t[s]||
(t[s]=[]),t[s][r.order]=n)}),t}function In(e){let t=e.nodes().map(r=>{let s=e.node(r).rank;return s===
void 0?Number.MAX_VALUE:s}),n=G(Math.min,t);e.nodes().forEach(r=>{let s=e.node(r);Object.hasOwn(s,"r\
ank")&&(s.rank-=n)})}function Cn(e){let t=e.nodes().map(o=>e.node(o).rank).filter(o=>o!==void 0),n=G(
Math.min,t),r=[];e.nodes().forEach(o=>{let a=e.node(o).rank-n;r[a]||(r[a]=[]),r[a].push(o)});let s=0,
)page"
    R"page(i=e.graph().nodeRankFactor;Array.from(r).forEach((o,a)=>{o===void 0&&a%i!==0?--s:o!==void 0&&s&&o.forEach(
l=>e.node(l).rank+=s)})}function Ye(e,t,n,r){let s={width:0,height:0};return arguments.length>=4&&(s.
rank=n,s.order=r),Y(e,"border",s,t)}function An(e,t=yt){let n=[];for(let r=0;r<e.length;r+=t){let s=e.
slice(r,r+t);n.push(s)}return n}var yt=65535;function G(e,t){if(t.length>yt){let n=An(t);return e(...n.
map(r=>e(...r)))}else return e(...t)}function Et(e){let t=e.nodes().map(n=>{let r=e.node(n).rank;return r===
void 0?Number.MIN_VALUE:r});return G(Math.max,t)}function Rn(e,t){let n={lhs:[],rhs:[]};return e.forEach(
r=>{t(r)?n.lhs.push(r):n.rhs.push(r)}),n}function Vn(e,t){return t()}var Gn=0;function Le(e){let t=++Gn;return e+(""+t)}function te(e,t,n=1){
t==null&&(t=e,e=0);let r=i=>i<t;n<0&&(r=i=>t<i);let s=[];for(let i=e;r(i);i+=n)s.push(i);return s}function oe(e,t){
let n={};for(let r of t)e[r]!==void 0&&(n[r]=e[r]);return n}function le(e,t){let n;return typeof t==
"string"?n=r=>r[t]:n=t,Object.entries(e).reduce((r,[s,i])=>(r[s]=n(i,s),r),{})}function Dn(e,t){return e.
reduce((n,r,s)=>(n[r]=t[s],n),{})}var de="\0";function xt(e,t,n){var r,s,i,o,a,l;if(!(e&&t&&n&&t.dummy===
"edge"&&n.dummy==="edge"&&t.edgeObj&&n.edgeObj&&e[t.edgeObj.v]&&e[n.edgeObj.v]&&e[t.edgeObj.w]&&e[n.
edgeObj.w]))return 0;let d=!0;t.edgeObj.w===n.edgeObj.w&&(d=!1);let h=d?(s=(r=e[t.edgeObj.v])==null?
void 0:r.rank)!=null?s:NaN+1:(o=(i=e[t.edgeObj.w])==null?void 0:i.rank)!=null?o:NaN-1,c=Object.entries(
e).find(b=>{var v,w;return((v=b[1].edgeObj)==null?void 0:v.v)===t.edgeObj.v&&((w=b[1].edgeObj)==null?
void 0:w.w)===t.edgeObj.w&&b[1].rank===h}),u=Object.entries(e).find(b=>{var v,w;return((v=b[1].edgeObj)==
null?void 0:v.v)===n.edgeObj.v&&((w=b[1].edgeObj)==null?void 0:w.w)===n.edgeObj.w&&b[1].rank===h});if(!c||
!u)return 0;let f=(a=c[1].order)!=null?a:NaN,m=(l=u[1].order)!=null?l:NaN;return isNaN(f-m)?0:f-m}var Jn=class{constructor(){ln(this,"_sentinel");let e={};e._next=e._prev=e,this._sentinel=e}dequeue(){
let e=this._sentinel,t=e._prev;if(t!==e)return Ue(t),t}enqueue(e){let t=this._sentinel;e._prev&&e._next&&
Ue(e),e._next=t._next,t._next._prev=e,t._next=e,e._prev=t}toString(){let e=[],t=this._sentinel,n=t._prev;
for(;n!==t;)e.push(JSON.stringify(n,zn)),n=n._prev;return"["+e.join(", ")+"]"}};function Ue(e){e._prev.
_next=e._next,e._next._prev=e._prev,delete e._next,delete e._prev}function zn(e,t){if(e!=="_next"&&e!==
"_prev")return t}var Fn=Jn,Bn=()=>1;function Kn(e,t){if(e.nodeCount()<=1)return[];let n=Wn(e,t||Bn);
return Hn(n.graph,n.buckets,n.zeroIdx).flatMap(r=>e.outEdges(r.v,r.w)||[])}function Hn(e,t,n){var r;
let s=[],i=t[t.length-1],o=t[0],a;for(;e.nodeCount();){for(;a=o.dequeue();)ve(e,t,n,a);for(;a=i.dequeue();)
ve(e,t,n,a);if(e.nodeCount()){for(let l=t.length-2;l>0;--l)if(a=(r=t[l])==null?void 0:r.dequeue(),a){
s=s.concat(ve(e,t,n,a,!0)||[]);break}}}return s}function ve(e,t,n,r,s){let i=[],o=s?i:void 0;return(e.
inEdges(r.v)||[]).forEach(a=>{let l=e.edge(a),d=e.node(a.v);s&&i.push({v:a.v,w:a.w}),d.out-=l,Me(t,n,
d)}),(e.outEdges(r.v)||[]).forEach(a=>{let l=e.edge(a),d=a.w,h=e.node(d);h.in-=l,Me(t,n,h)}),e.removeNode(
r.v),o}function Wn(e,t){let n=new D,r=0,s=0;e.nodes().forEach(a=>{n.setNode(a,{v:a,in:0,out:0})}),e.
edges().forEach(a=>{let l=n.edge(a.v,a.w)||0,d=t(a),h=l+d;n.setEdge(a.v,a.w,h);let c=n.node(a.v),u=n.
node(a.w);s=Math.max(s,c.out+=d),r=Math.max(r,u.in+=d)});let i=Yn(s+r+3).map(()=>new Fn),o=r+1;return n.
nodes().forEach(a=>{Me(i,o,n.node(a))}),{graph:n,buckets:i,zeroIdx:o}}function Me(e,t,n){var r,s,i;n.
out?n.in?(i=e[n.out-n.in+t])==null||i.enqueue(n):(s=e[e.length-1])==null||s.enqueue(n):(r=e[0])==null||
r.enqueue(n)}function Yn(e){let t=[];for(let n=0;n<e;n++)t.push(n);return t}function Un(e,t){(e.graph().
acyclicer==="greedy"?Kn(e,n(e)):qn(e,t??null)).forEach(r=>{let s=e.edge(r);e.removeEdge(r),s.forwardName=
r.name,s.reversed=!0,e.setEdge(r.w,r.v,s,Le("rev"))});function n(r){return s=>r.edge(s).weight}}function qn(e,t){
let n=[],r={},s={};function i(l){Object.hasOwn(s,l)||(s[l]=!0,r[l]=!0,e.outEdges(l).forEach(d=>{Object.
hasOwn(r,d.w)?n.push(d):i(d.w)}),delete r[l])}function o(l){var d;Object.hasOwn(s,l)||(s[l]=!0,r[l]=
!0,(d=e.outEdges(l))==null||d.forEach(h=>{var c,u;Object.hasOwn(r,h.w)||((c=t.node(l))==null?void 0:
c.rank)>((u=t.node(h.w))==null?void 0:u.rank)&&Qn(e,h.w,h)?n.push(h):o(h.w)}),delete r[l])}let a=i;return t&&
typeof t.node=="function"&&(a=o),e.sources().forEach(a),e.nodes().forEach(a),n}function Xn(e){e.edges().
forEach(t=>{let n=e.edge(t);if(n.reversed){e.removeEdge(t);let r=n.forwardName;delete n.reversed,delete n.
forwardName,e.setEdge(t.w,t.v,n,r)}})}function Qn(e,t,n){let r=new Set;function s(i){var o;if(e.sources().
includes(i))return!0;r.add(i);for(let a of(o=e.inEdges(i))!=null?o:[])if(!(a.v===n.v&&a.w===n.w)&&!r.
has(a.v)&&s(a.v))return!0;return!1}return s(t)}function Zn(e){e.graph().dummyChains=[],e.edges().forEach(
t=>er(e,t))}function er(e,t){let n=t.v,r=e.node(n).rank,s=t.w,i=e.node(s).rank,o=t.name,a=e.edge(t),
l=a.labelRank;if(i===r+1)return;e.removeEdge(t);let d,h,c;for(c=0,++r;r<i;++c,++r)a.points=[],h={width:0,
height:0,edgeLabel:a,edgeObj:t,rank:r},d=Y(e,"edge",h,"_d"),r===l&&(h.width=a.width,h.height=a.height,
h.dummy="edge-label",h.labelpos=a.labelpos),e.setEdge(n,d,{weight:a.weight},o),c===0&&e.graph().dummyChains.
push(d),n=d;e.setEdge(n,s,{weight:a.weight},o)}function tr(e){e.graph().dummyChains.forEach(t=>{let n=e.
node(t),r=n.edgeLabel,s;for(e.setEdge(n.edgeObj,r);n.dummy;)s=e.successors(t)[0],e.removeNode(t),r.points.
push({x:n.x,y:n.y}),n.dummy==="edge-label"&&(r.x=n.x,r.y=n.y,r.width=n.width,r.height=n.height),t=s,
n=e.node(t)})}function Se(e){let t={};function n(r){let s=e.node(r);if(Object.hasOwn(t,r))return s.rank;
t[r]=!0;let i=e.outEdges(r),o=i?i.map(l=>l==null?Number.POSITIVE_INFINITY:n(l.w)-e.edge(l).minlen):[],
a=G(Math.min,o);return a===Number.POSITIVE_INFINITY&&(a=0),s.rank=a}e.sources().forEach(n)}function W(e,t){
return e.node(t.w).rank-e.node(t.v).rank-e.edge(t).minlen}var kt=nr;function nr(e){let t=new D({directed:!1}),
n=e.nodes();if(n.length===0)throw new Error("Graph must have at least one node");let r=n[0],s=e.nodeCount();
t.setNode(r,{});let i,o;for(;rr(t,e)<s&&(i=sr(t,e),!!i);)o=t.hasNode(i.v)?W(e,i):-W(e,i),ir(t,e,o);return t}
function rr(e,t){function n(r){let s=t.nodeEdges(r);s&&s.forEach(i=>{let o=i.v,a=r===o?i.w:o;!e.hasNode(
a)&&!W(t,i)&&(e.setNode(a,{}),e.setEdge(r,a,{}),n(a))})}return e.nodes().forEach(n),e.nodeCount()}function sr(e,t){
return t.edges().reduce((n,r)=>{let s=Number.POSITIVE_INFINITY;return e.hasNode(r.v)!==e.hasNode(r.w)&&
(s=W(t,r)),s<n[0]?[s,r]:n},[Number.POSITIVE_INFINITY,null])[1]}function ir(e,t,n){e.nodes().forEach(
r=>t.node(r).rank+=n)}var{preorder:or,postorder:ar}=Ne,lr=F;F.initLowLimValues=Pe;F.initCutValues=Oe;
F.calcCutValue=Mt;F.leaveEdge=Tt;F.enterEdge=Nt;F.exchangeEdges=Lt;function F(e){e=$n(e),Se(e);let t=kt(
e);Pe(t),Oe(t,e);let n,r;for(;n=Tt(t);)r=Nt(t,e,n),Lt(t,e,n,r)}function Oe(e,t){let n=ar(e,e.nodes());
n=n.slice(0,n.length-1),n.forEach(r=>dr(e,t,r))}function dr(e,t,n){let r=e.node(n).parent,s=e.edge(n,
r);s.cutvalue=Mt(e,t,n)}function Mt(e,t,n){let r=e.node(n).parent,s=!0,i=t.edge(n,r),o=0;i||(s=!1,i=
t.edge(r,n)),o=i.weight;let a=t.nodeEdges(n);return a&&a.forEach(l=>{let d=l.v===n,h=d?l.w:l.v;if(h!==
r){let c=d===s,u=t.edge(l).weight;if(o+=c?u:-u,cr(e,n,h)){let f=e.edge(n,h).cutvalue;o+=c?-f:f}}}),o}
function Pe(e,t){arguments.length<2&&(t=e.nodes()[0]),_t(e,{},1,t)}function _t(e,t,n,r,s){let i=n,o=e.
node(r);t[r]=!0;let a=e.neighbors(r);return a&&a.forEach(l=>{Object.hasOwn(t,l)||(n=_t(e,t,n,l,r))}),
o.low=i,o.lim=n++,s?o.parent=s:delete o.parent,n}function Tt(e){return e.edges().find(t=>e.edge(t).cutvalue<
0)}function Nt(e,t,n){let r=n.v,s=n.w;t.hasEdge(r,s)||(r=n.w,s=n.v);let i=e.node(r),o=e.node(s),a=i,
l=!1;return i.lim>o.lim&&(a=o,l=!0),t.edges().filter(d=>l===qe(e,e.node(d.v),a)&&l!==qe(e,e.node(d.w),
a)).reduce((d,h)=>W(t,h)<W(t,d)?h:d)}function Lt(e,t,n,r){let s=n.v,i=n.w;e.removeEdge(s,i),e.setEdge(
r.v,r.w,{}),Pe(e),Oe(e,t),hr(e,t)}function hr(e,t){let n=e.nodes().find(s=>!e.node(s).parent);if(!n)
return;let r=or(e,[n]);r=r.slice(1),r.forEach(s=>{let i=e.node(s).parent,o=t.edge(s,i),a=!1;o||(o=t.
edge(i,s),a=!0),t.node(s).rank=t.node(i).rank+(a?o.minlen:-o.minlen)})}function cr(e,t,n){return e.hasEdge(
t,n)}function qe(e,t,n){return n.low<=t.lim&&t.lim<=n.lim}var ur=fr;function fr(e){let t=e.graph().ranker;
if(typeof t=="function")return t(e);switch(t){case"network-simplex":Xe(e);break;case"tight-tree":gr(
e);break;case"longest-path":pr(e);break;case"none":break;default:Xe(e)}}var pr=Se;function gr(e){Se(
e),kt(e)}function Xe(e){lr(e)}var mr=br;function br(e){let t=vr(e),n=e.graph();Array.isArray(n.dummyChains)&&
n.dummyChains.forEach(r=>{let s=e.node(r),i=s.edgeObj,o=wr(e,t,i.v,i.w),a=o.path,l=o.lca,d=0,h=a[d],
c=!0;for(;r!==i.w;){if(s=e.node(r),c){for(;(h=a[d])!==l&&e.node(h).maxRank<s.rank;)d++;h===l&&(c=!1)}
if(!c){for(;d<a.length-1&&e.node(a[d+1]).minRank<=s.rank;)d++;h=a[d]}h!==void 0&&e.setParent(r,h),r=
e.successors(r)[0]}})}function wr(e,t,n,r){let s=[],i=[],o=Math.min(t[n].low,t[r].low),a=Math.max(t[n].
lim,t[r].lim),l;l=n;do l=e.parent(l),s.push(l);while(l&&(t[l].low>o||a>t[l].lim));let d=l,h=r;for(;(h=
e.parent(h))!==d;)i.push(h);return{path:s.concat(i.reverse()),lca:d}}function vr(e){let t={},n=0;function r(s){
let i=n;e.children(s).forEach(r),t[s]={low:i,lim:n++}}return e.children(de).forEach(r),t}function yr(e){
let t=Y(e,"root",{},"_root"),n=Er(e),r=Object.values(n),s=G(Math.max,r)-1,i=2*s+1;e.graph().nestingRoot=
t,e.edges().forEach(a=>e.edge(a).minlen*=i);let o=xr(e)+1;e.children(de).forEach(a=>{St(e,t,i,o,s,n,
a)}),e.graph().nodeRankFactor=i}function St(e,t,n,r,s,i,o){var a;let l=e.children(o);if(!l.length){o!==
t&&e.setEdge(t,o,{weight:0,minlen:n});return}let d=Ye(e,"_bt"),h=Ye(e,"_bb"),c=e.node(o);e.setParent(
d,o),c.borderTop=d,e.setParent(h,o),c.borderBottom=h,l.forEach(u=>{var f;St(e,t,n,r,s,i,u);let m=e.node(
u),b=m.borderTop?m.borderTop:u,v=m.borderBottom?m.borderBottom:u,w=m.borderTop?r:2*r,g=b!==v?1:s-((f=
i[o])!=null?f:0)+1;e.setEdge(d,b,{weight:w,minlen:g,nestingEdge:!0}),e.setEdge(v,h,{weight:w,minlen:g,
nestingEdge:!0})}),e.parent(o)||e.setEdge(t,d,{weight:0,minlen:s+((a=i[o])!=null?a:0)})}function Er(e){
let t={};function n(r,s){let i=e.children(r);i&&i.length&&i.forEach(o=>n(o,s+1)),t[r]=s}return e.children(
de).forEach(r=>n(r,1)),t}function xr(e){return e.edges().reduce((t,n)=>t+e.edge(n).weight,0)}function kr(e){
)page"
    R"page(let t=e.graph();e.removeNode(t.nestingRoot),delete t.nestingRoot,e.edges().forEach(n=>{e.edge(n).nestingEdge&&
e.removeEdge(n)})}var Mr=_r;function _r(e){function t(n){let r=e.children(n),s=e.node(n);if(r.length&&
r.forEach(t),s&&Object.hasOwn(s,"minRank")){s.borderLeft=[],s.borderRight=[];for(let i=s.minRank,o=s.
maxRank+1;i<o;++i)Qe(e,"borderLeft","_bl",n,s,i),Qe(e,"borderRight","_br",n,s,i)}}e.children(de).forEach(
t)}function Qe(e,t,n,r,s,i){let o={width:0,height:0,rank:i,borderType:t},a=s[t][i-1],l=Y(e,"border",
o,n);s[t][i]=l,e.setParent(l,r),a&&e.setEdge(a,l,{weight:1})}function Tr(e){var t;let n=(t=e.graph().
rankdir)==null?void 0:t.toLowerCase();(n==="lr"||n==="rl")&&Ot(e)}function Nr(e){var t;let n=(t=e.graph().
rankdir)==null?void 0:t.toLowerCase();(n==="bt"||n==="rl")&&Lr(e),(n==="lr"||n==="rl")&&(Sr(e),Ot(e))}
function Ot(e){e.nodes().forEach(t=>Ze(e.node(t))),e.edges().forEach(t=>Ze(e.edge(t)))}function Ze(e){
let t=e.width;e.width=e.height,e.height=t}function Lr(e){e.nodes().forEach(t=>ye(e.node(t))),e.edges().
forEach(t=>{var n;let r=e.edge(t);(n=r.points)==null||n.forEach(ye),Object.hasOwn(r,"y")&&ye(r)})}function ye(e){
e.y=-e.y}function Sr(e){e.nodes().forEach(t=>Ee(e.node(t))),e.edges().forEach(t=>{var n;let r=e.edge(
t);(n=r.points)==null||n.forEach(Ee),Object.hasOwn(r,"x")&&Ee(r)})}function Ee(e){let t=e.x;e.x=e.y,
e.y=t}function Or(e,t=null){let n={},r=e.nodes().filter(d=>!e.children(d).length),s=r.map(d=>e.node(
d).rank),i=G(Math.max,s),o=te(i+1).map(()=>[]);function a(d){if(n[d])return;n[d]=!0;let h=e.node(d);
o[h.rank].push(d);let c=e.successors(d);c&&[...c].sort((u,f)=>l(u,f)).forEach(a)}r.sort((d,h)=>e.node(
d).rank-e.node(h).rank).forEach(a);function l(d,h){let c=e.node(d),u=e.node(h);return xt(t,c,u)}return o}
function Pr(e,t){let n=0;for(let r=1;r<t.length;++r)n+=jr(e,t[r-1],t[r]);return n}function jr(e,t,n){
let r=Dn(n,n.map((d,h)=>h)),s=t.flatMap(d=>{let h=e.outEdges(d);return h?h.map(c=>({pos:r[c.w],weight:e.
edge(c).weight})).sort((c,u)=>c.pos-u.pos):[]}),i=1;for(;i<n.length;)i<<=1;let o=2*i-1;i-=1;let a=new Array(
o).fill(0),l=0;return s.forEach(d=>{let h=d.pos+i;a[h]+=d.weight;let c=0;for(;h>0;)h%2&&(c+=a[h+1]),
h=h-1>>1,a[h]+=d.weight;l+=d.weight*c}),l}function $r(e,t=[]){return t.map(n=>{let r=e.inEdges(n);if(!r||
!r.length)return{v:n};{let s=r.reduce((i,o)=>{let a=e.edge(o),l=e.node(o.v);return{sum:i.sum+a.weight*
l.order,weight:i.weight+a.weight}},{sum:0,weight:0});return{v:n,barycenter:s.sum/s.weight,weight:s.weight}}})}
function Ir(e,t){let n={};e.forEach((s,i)=>{let o={indegree:0,in:[],out:[],vs:[s.v],i};s.barycenter!==
void 0&&(o.barycenter=s.barycenter,o.weight=s.weight),n[s.v]=o}),t.edges().forEach(s=>{let i=n[s.v],
o=n[s.w];i!==void 0&&o!==void 0&&(o.indegree++,i.out.push(o))});let r=Object.values(n).filter(s=>!s.
indegree);return Cr(r)}function Cr(e){let t=[];function n(s){return i=>{i.merged||(i.barycenter===void 0||
s.barycenter===void 0||i.barycenter>=s.barycenter)&&Ar(s,i)}}function r(s){return i=>{i.in.push(s),--i.
indegree===0&&e.push(i)}}for(;e.length;){let s=e.pop();t.push(s),s.in.reverse().forEach(n(s)),s.out.
forEach(r(s))}return t.filter(s=>!s.merged).map(s=>oe(s,["vs","i","barycenter","weight"]))}function Ar(e,t){
let n=0,r=0;e.weight&&(n+=e.barycenter*e.weight,r+=e.weight),t.weight&&(n+=t.barycenter*t.weight,r+=
t.weight),e.vs=t.vs.concat(e.vs),e.barycenter=n/r,e.weight=r,e.i=Math.min(t.i,e.i),t.merged=!0}function Rr(e,t,n,r,s){
let i={},o=null,a=null,l=s;typeof t=="boolean"?(l=t,i={}):t&&(i=t,o=n??null,a=r??null);let d=Rn(e,w=>Object.
hasOwn(w,"barycenter")),h=d.lhs,c=d.rhs.sort((w,g)=>g.i-w.i),u=[],f=0,m=0,b=0;h.sort(Vr(a,o,!!l));for(let[
w,g]of Object.entries(i)){let y=h.findIndex(E=>E.vs[0]===w);h.splice(y+1,0,g)}b=et(u,c,b),h.forEach(
w=>{b+=w.vs.length,u.push(w.vs),f+=w.barycenter*w.weight,m+=w.weight,b=et(u,c,b)});let v={vs:u.flat(
1)};return m&&(v.barycenter=f/m,v.weight=m),v}function et(e,t,n){let r;for(;t.length&&(r=t[t.length-
1]).i<=n;)t.pop(),e.push(r.vs),n++;return n}function Vr(e,t,n){return(r,s)=>{if(r.barycenter<s.barycenter)
return-1;if(r.barycenter>s.barycenter)return 1;if(e&&(typeof r.vs[0]=="string"||typeof s.vs[0]=="str\
ing")){let i=e.node(r.vs[0]),o=e.node(s.vs[0]),a=xt(t,i,o);if(a!==0)return a}return n?s.i-r.i:r.i-s.
i}}function Pt(e,t,n,r,s){var i,o,a,l,d,h,c,u,f,m,b;let v=null,w=s;typeof r=="boolean"?(w=r,v=null):
r!==void 0&&(v=r);let g=e.children(t),y=e.node(t),E=y?y.borderLeft:void 0,k=y?y.borderRight:void 0,L={};
E&&(g=g.filter(N=>N!==E&&N!==k));let $=$r(e,g);$.forEach(N=>{if(e.children(N.v).length){let{result:O}=Pt(
e,N.v,n,v,w);L[N.v]=O,Object.hasOwn(O,"barycenter")&&Dr(N,O)}});let M=Ir($,n);Gr(M,L);let P={},A=!1;
for(let N=0;N<M.length;N++)for(let O=N+1;O<M.length;O++)if(!(!M[N]||!M[O]||!((i=M[N])!=null&&i.barycenter)||
!((o=M[O])!=null&&o.barycenter))&&((a=M[N])==null?void 0:a.barycenter)===M[O].barycenter){let T=(d=(l=
M[N])==null?void 0:l.vs[0])!=null?d:"",_=(c=(h=M[O])==null?void 0:h.vs[0])!=null?c:"",j=e.node(T),K=e.
node(_);if(j.dummy==="edge"&&K.dummy==="edge"&&((u=j.edgeObj)==null?void 0:u.v)===((f=K.edgeObj)==null?
void 0:f.v)&&((m=j.edgeObj)==null?void 0:m.w)===((b=K.edgeObj)==null?void 0:b.w))if(j.edgeLabel.reversed){
P[_]=M[N],M.splice(N,1),N--;break}else P[T]||(P[T]=M[O],M.splice(O,1),O--);else A=!0}let S=Rr(M,P,v,
e,w);if(E&&k){S.vs=[E,S.vs,k].flat(1);let N=e.predecessors(E);if(N&&N.length){let O=e.node(N[0]),T=e.
predecessors(k),_=e.node(T[0]);Object.hasOwn(S,"barycenter")||(S.barycenter=0,S.weight=0),S.barycenter=
(S.barycenter*S.weight+O.order+_.order)/(S.weight+2),S.weight+=2}}return Object.defineProperty(S,"re\
sult",{value:S,enumerable:!1,configurable:!0,writable:!0}),Object.defineProperty(S,"usedBias",{value:A,
enumerable:!1,configurable:!0,writable:!0}),S}function Gr(e,t){e.forEach(n=>{n.vs=n.vs.flatMap(r=>t[r]?
t[r].vs:r)})}function Dr(e,t){e.barycenter!==void 0?(e.barycenter=(e.barycenter*e.weight+t.barycenter*
t.weight)/(e.weight+t.weight),e.weight+=t.weight):(e.barycenter=t.barycenter,e.weight=t.weight)}function Jr(e,t,n,r){
r||(r=e.nodes());let s=zr(e),i=new D({compound:!0}).setGraph({root:s}).setDefaultNodeLabel(o=>e.node(
o));return r.forEach(o=>{let a=e.node(o),l=e.parent(o);if(a.rank===t||a.minRank<=t&&t<=a.maxRank){i.
setNode(o),i.setParent(o,l||s);let d=e[n](o);d&&d.forEach(h=>{let c=h.v===o?h.w:h.v,u=i.edge(c,o),f=u!==
void 0?u.weight:0;i.setEdge(c,o,{weight:e.edge(h).weight+f})}),Object.hasOwn(a,"minRank")&&i.setNode(
o,{borderLeft:a.borderLeft[t],borderRight:a.borderRight[t]})}}),i}function zr(e){let t;for(;e.hasNode(
t=Le("_root")););return t}function Fr(e,t,n){let r={},s;n.forEach(i=>{let o=e.parent(i),a,l;for(;o;){
if(a=e.parent(o),a?(l=r[a],r[a]=o):(l=s,s=o),l&&l!==o){t.setEdge(l,o);return}o=a}})}function jt(e,t={},n=null){
if(typeof t.customOrder=="function"){t.customOrder(e,jt);return}let r=Et(e),s=tt(e,te(1,r+1),"inEdge\
s"),i=tt(e,te(r-1,-1,-1),"outEdges"),o=Or(e,n);if(nt(e,o),t.disableOptimalOrderHeuristic)return;let a=Number.
POSITIVE_INFINITY,l,d=t.constraints||[];for(let h=0,c=0;c<4;++h,++c){Br(h%2?s:i,h%4>=2,d,n),o=ae(e);
let u=Pr(e,o);u<a?(c=0,l=Object.assign({},o),a=u):u===a&&(l=structuredClone(o))}nt(e,l)}function tt(e,t,n){
let r=new Map,s=(i,o)=>{r.has(i)||r.set(i,[]),r.get(i).push(o)};for(let i of e.nodes()){let o=e.node(
i);if(typeof o.rank=="number"&&s(o.rank,i),typeof o.minRank=="number"&&typeof o.maxRank=="number")for(let a=o.
minRank;a<=o.maxRank;a++)a!==o.rank&&s(a,i)}return t.map(function(i){return Jr(e,i,n,r.get(i)||[])})}
function Br(e,t,n,r){let s=!0,i=new D;e.forEach(function(o){n.forEach(h=>i.setEdge(h.left,h.right));
let a=o.graph().root,{result:l,usedBias:d}=Pt(o,a,i,r,s);t&&d&&(s=!s),l.vs.forEach((h,c)=>o.node(h).
order=c),Fr(o,i,l.vs)})}function nt(e,t){Object.values(t).forEach(n=>n.forEach((r,s)=>e.node(r).order=
s))}function Kr(e,t){let n={};function r(s,i){let o=0,a=0,l=s.length,d=i[i.length-1];return i.forEach(
(h,c)=>{let u=Wr(e,h),f=u?e.node(u).order:l;(u||h===d)&&(i.slice(a,c+1).forEach(m=>{let b=e.predecessors(
m);b&&b.forEach(v=>{let w=e.node(v),g=w.order;(g<o||f<g)&&!(w.dummy&&e.node(m).dummy)&&$t(n,v,m)})}),
a=c+1,o=f)}),i}return t.length&&t.reduce(r),n}function Hr(e,t){let n={};function r(o){var a;return((a=
e.node(o))==null?void 0:a.dummy)==="border"}if(!e.nodes().some(r))return n;function s(o,a,l,d,h){te(
a,l).forEach(c=>{let u=o[c];if(u!==void 0&&e.node(u).dummy){let f=e.predecessors(u);f&&f.forEach(m=>{
if(m===void 0)return;let b=e.node(m);b.dummy&&(b.order<d||b.order>h)&&$t(n,m,u)})}})}function i(o,a){
let l=-1,d=-1,h=0;return a.forEach((c,u)=>{if(r(c)){let f=e.predecessors(c);if(f&&f.length){let m=f[0];
if(m===void 0)return;d=e.node(m).order,s(a,h,u,l,d),h=u,l=d}}s(a,h,a.length,d,o.length)}),a}return t.
length&&t.reduce(i),n}function Wr(e,t){if(e.node(t).dummy){let n=e.predecessors(t);if(n)return n.find(
r=>e.node(r).dummy)}}function $t(e,t,n){if(t>n){let s=t;t=n,n=s}let r=e[t];r||(e[t]=r={}),r[n]=!0}function Yr(e,t,n){
if(t>n){let s=t;t=n,n=s}let r=e[t];return r!==void 0&&Object.hasOwn(r,n)}function Ur(e,t,n,r,s){let i={},
o={},a={};return t.forEach(l=>{l.forEach((d,h)=>{i[d]=d,o[d]=d,a[d]=h})}),t.forEach(l=>{let d=-1,h=-1,
c=!1,u=l,f=l.findIndex(m=>s?.includes(m)||rt(m,e,s));f>0&&(u=[l[f],...l.slice(0,f),...l.slice(f+1)],
c=!0),u.forEach(m=>{var b;let v=r(m);if(v&&v.length){s!=null&&s.includes(m)&&(v=v.filter(y=>rt(y,e,s)));
let w=v.sort((y,E)=>{let k=a[y],L=a[E];return(k!==void 0?k:0)-(L!==void 0?L:0)}),g=(w.length-1)/2;for(let y=Math.
floor(g),E=Math.ceil(g);y<=E;++y){let k=w[y];if(k===void 0)continue;let L=a[k];if(L!==void 0&&o[m]===
m&&d<L&&a[k]!==h&&!Yr(n,m,k)){let $=i[k];$!==void 0&&(o[k]=m,o[m]=i[m]=$,d=L,c&&(d=-1,h=(b=a[k])!=null?
b:-1,c=!1))}}}})}),{root:i,align:o}}function qr(e,t,n,r,s=!1){let i={},o=Xr(e,t,n,s),a=s?"borderLeft":
"borderRight";function l(f,m){let b=o.nodes().slice(),v={},w=b.pop();for(;w;){if(v[w])f(w);else{v[w]=
!0,b.push(w);for(let g of m(w))b.push(g)}w=b.pop()}}function d(f){let m=o.inEdges(f);m?i[f]=m.reduce(
(b,v)=>{var w;let g=(w=i[v.v])!=null?w:0,y=o.edge(v);return Math.max(b,g+(y!==void 0?y:0))},0):i[f]=
0}function h(f){let m=o.outEdges(f),b=Number.POSITIVE_INFINITY;m&&(b=m.reduce((w,g)=>{let y=i[g.w],E=o.
edge(g);return Math.min(w,(y!==void 0?y:0)-(E!==void 0?E:0))},Number.POSITIVE_INFINITY));let v=e.node(
f);b!==Number.POSITIVE_INFINITY&&v.borderType!==a&&(i[f]=Math.max(i[f]!==void 0?i[f]:0,b))}function c(f){
)page"
    R"page(return o.predecessors(f)||[]}function u(f){return o.successors(f)||[]}return l(d,c),l(h,u),Object.keys(
r).forEach(f=>{var m;let b=n[f];b!==void 0&&(i[f]=(m=i[b])!=null?m:0)}),i}function Xr(e,t,n,r){let s=new D,
i=e.graph(),o=ns(i.nodesep,i.edgesep,r);return t.forEach(a=>{let l;a.forEach(d=>{let h=n[d];if(h!==void 0){
if(s.setNode(h),l!==void 0){let c=n[l];if(c!==void 0){let u=s.edge(c,h);s.setEdge(c,h,Math.max(o(e,d,
l),u||0))}}l=d}})}),s}function Qr(e,t){return Object.values(t).reduce((n,r)=>{let s=Number.NEGATIVE_INFINITY,
i=Number.POSITIVE_INFINITY;Object.entries(r).forEach(([a,l])=>{let d=rs(e,a)/2;s=Math.max(l+d,s),i=Math.
min(l-d,i)});let o=s-i;return o<n[0]&&(n=[o,r]),n},[Number.POSITIVE_INFINITY,null])[1]}function Zr(e,t){
let n=Object.values(t),r=G(Math.min,n),s=G(Math.max,n);["u","d"].forEach(i=>{["l","r"].forEach(o=>{let a=i+
o,l=e[a];if(!l||l===t)return;let d=Object.values(l),h=r-G(Math.min,d);o!=="l"&&(h=s-G(Math.max,d)),h&&
(e[a]=le(l,c=>c+h))})})}function es(e,t=void 0){let n=e.ul;return n?le(n,(r,s)=>{var i,o;if(t){let l=t.
toLowerCase(),d=e[l];if(d&&d[s]!==void 0)return d[s]}let a=Object.values(e).map(l=>{let d=l[s];return d!==
void 0?d:0}).sort((l,d)=>l-d);return(((i=a[1])!=null?i:0)+((o=a[2])!=null?o:0))/2}):{}}function ts(e,t){
let n=ae(e),r=Object.assign(Kr(e,n),Hr(e,n)),s={},i;["u","d"].forEach(a=>{i=a==="u"?n:Object.values(
n).reverse(),["l","r"].forEach(l=>{l==="r"&&(i=i.map(c=>Object.values(c).reverse()));let d=Ur(e,i,r,
c=>(a==="u"?e.predecessors(c):e.successors(c))||[],t),h=qr(e,i,d.root,d.align,l==="r");l==="r"&&(h=le(
h,c=>-c)),s[a+l]=h})});let o=Qr(e,s);return Zr(s,o),es(s,e.graph().align)}function ns(e,t,n){return(r,s,i)=>{
let o=r.node(s),a=r.node(i),l=0,d;if(l+=o.width/2,Object.hasOwn(o,"labelpos"))switch(o.labelpos.toLowerCase()){case"\
l":d=-o.width/2;break;case"r":d=o.width/2;break}if(d&&(l+=n?d:-d),d=void 0,l+=(o.dummy?t:e)/2,l+=(a.
dummy?t:e)/2,l+=a.width/2,Object.hasOwn(a,"labelpos"))switch(a.labelpos.toLowerCase()){case"l":d=a.width/
2;break;case"r":d=-a.width/2;break}return d&&(l+=n?d:-d),l}}function rs(e,t){return e.node(t).width}
function rt(e,t,n){var r;if(!n)return!1;let s=(r=t.node(e))==null?void 0:r.edgeObj;if(!s||t.node(e).
edgeLabel.reversed)return!1;let i=n.indexOf(s?.v),o=n.indexOf(s?.w);return i!==-1&&o!==-1&&i===(o+1)%
n.length||i===(o-1)%n.length}function ss(e,t){e=vt(e),is(e),Object.entries(ts(e,t)).forEach(([n,r])=>e.
node(n).x=r)}function is(e){let t=ae(e),n=e.graph(),r=n.ranksep,s=n.rankalign,i=0;t.forEach(o=>{let a=o.
reduce((l,d)=>{var h;let c=(h=e.node(d).height)!=null?h:0;return l>c?l:c},0);o.forEach(l=>{let d=e.node(
l);s==="top"?d.y=i+d.height/2:s==="bottom"?d.y=i+a-d.height/2:d.y=i+a/2}),i+=a+r})}var st=new WeakMap;
function It(e,t={}){return Ct(e,Vn,t),e}function it(e,t,n){let r=t;for(;r!==void 0;){let s=e.parent(
r);if(s===n)return r;r=s}}function Ct(e,t,n){var r;let s=e.nodes().filter(g=>e.children(g).length),i={};
s.forEach(g=>{let y=e.node(g);if(y&&y.rankdir){let E=new D({multigraph:!0,compound:!0});E.setGraph({
rankdir:y.rankdir});let k=e.children(g);k.forEach(T=>{let _={...e.node(T)};E.setNode(T,_);let j=e.parent(
T);j&&j!==g&&k.includes(j)&&E.setParent(T,j)});let L=new Set;e.edges().forEach(T=>{let _=it(e,T.v,g),
j=it(e,T.w,g);if(_===T.v&&j===T.w)E.setEdge(T,{...e.edge(T)});else if(_&&j&&_!==j){let K=`${_}\0${j}`;
L.has(K)||(L.add(K),E.setEdge(_,j,{...e.edge(T)}))}}),Ct(E,t,n);let $=ht(E);at($,t,n,null),lt(E,$);let M=1/0,
P=1/0,A=-1/0,S=-1/0;E.nodes().forEach(T=>{if(T===g)return;let _=E.node(T);_&&typeof _.x=="number"&&typeof _.
y=="number"&&typeof _.width=="number"&&typeof _.height=="number"&&(M=Math.min(M,_.x-_.width/2),A=Math.
max(A,_.x+_.width/2),P=Math.min(P,_.y-_.height/2),S=Math.max(S,_.y+_.height/2))}),(!isFinite(M)||!isFinite(
P)||!isFinite(A)||!isFinite(S))&&(M=P=0,A=S=0);let N=A-M,O=S-P;i[g]={minX:M,minY:P,maxX:A,maxY:S,width:N,
height:O,offsetX:M,offsetY:P},y._dagreClusterSubgraph=E}});let o=[],a=g=>{let y=[],E=(e.children(g)||
[]).filter(k=>k!==g);for(;E.length>0;){let k=E.shift();y.push(k),(e.children(k)||[]).filter(L=>L!==k).
forEach(L=>E.push(L))}return y},l=new Map;s.forEach(g=>{let y=e.node(g);y&&y.rankdir&&i[g]&&l.set(g,
(e.children(g)||[]).filter(E=>E!==g))});let d=new Set([...l.values()].flat()),h=new Map;l.forEach((g,y)=>{
d.has(y)||h.set(y,a(y))});let c=new Set([...h.values()].flat()),u=g=>{for(let[y,E]of h)if(E.includes(
g))return y;return g},f=[];e.edges().forEach(g=>{(c.has(g.v)||c.has(g.w))&&f.push({edge:g,label:e.edge(
g)})});let m=new Map;c.forEach(g=>{let y=e.parent(g);m.set(g,typeof y=="string"?y:void 0)}),h.forEach(
(g,y)=>{let E=e.node(y),k=[];g.forEach(M=>{let P=e.node(M);P&&(k.push({id:M,node:P,parent:m.get(M)}),
e.removeNode(M))});let L=f.filter(({edge:M})=>g.includes(M.v)||g.includes(M.w)),$=i[y];E&&(o.push({clusterId:y,
subgraph:E._dagreClusterSubgraph,bounds:$,children:g,removedNodes:k,removedEdges:L}),E.width=$.width,
E.height=$.height)});let b=new Set;f.forEach(({edge:g,label:y})=>{let E=u(g.v),k=u(g.w);if(E!==k&&e.
hasNode(E)&&e.hasNode(k)){let L=`${E}\0${k}`;b.has(L)||(b.add(L),e.setEdge(E,k,{...y,width:0,height:0}))}});
let v=ht(e),w=at(v,t,n,(r=st.get(e))!=null?r:null);st.set(e,w),lt(e,v),b.forEach(g=>{let y=g.indexOf(
"\0"),E=g.slice(0,y),k=g.slice(y+1);e.hasEdge(E,k)&&e.removeEdge(E,k)}),o.forEach(({clusterId:g,subgraph:y,
bounds:E,removedNodes:k,removedEdges:L})=>{var $,M;let P=e.node(g),A=($=P?.x)!=null?$:0,S=(M=P?.y)!=
null?M:0,N=(E.minX+E.maxX)/2,O=(E.minY+E.maxY)/2;k.forEach(({id:T,node:_,parent:j})=>{e.setNode(T,_),
j!==void 0&&e.setParent(T,j)}),L.forEach(({edge:T,label:_})=>{e.setEdge(T,_)}),y.nodes().forEach(T=>{
if(T===g)return;let _=y.node(T),j=e.node(T);j&&_&&typeof _.x=="number"&&typeof _.y=="number"&&(j.x=A+
(_.x-N),j.y=S+(_.y-O))}),ot(e,y,A-N,S-O),delete P._dagreClusterSubgraph}),s.forEach(g=>{var y,E;let k=e.
node(g),L=i[g];if(k&&k.rankdir&&k._dagreClusterSubgraph&&L){let $=k._dagreClusterSubgraph,M=(y=k.x)!=
null?y:0,P=(E=k.y)!=null?E:0,A=(L.minX+L.maxX)/2,S=(L.minY+L.maxY)/2;$.nodes().forEach(N=>{if(N===g)
return;let O=$.node(N),T=e.node(N);if(T&&O&&typeof O.x=="number"&&typeof O.y=="number"){let _=O.x-A,
j=O.y-S;T.x=M+_,T.y=P+j}}),ot(e,$,M-A,P-S),delete k._dagreClusterSubgraph}})}function ot(e,t,n,r){t.
edges().forEach(s=>{if(!e.hasEdge(s))return;let i=t.edge(s),o=e.edge(s);o.points=i.points.map(a=>({x:a.
x+n,y:a.y+r})),Object.hasOwn(i,"x")&&(o.x=i.x+n,o.y=i.y+r)})}function at(e,t,n,r=null){var s,i;let o=n?.
useDynamic!==!1,a=o&&(s=r?.graph)!=null?s:null,l=o&&(i=r?.rawNodes)!=null?i:null;t("    makeSpaceFor\
EdgeLabels",()=>fs(e)),t("    removeSelfEdges",()=>xs(e)),t("    acyclic",()=>Un(e,a)),t("    nestin\
gGraph.run",()=>yr(e)),t("    rank",()=>ur(vt(e))),t("    injectEdgeLabelProxies",()=>ps(e)),t("    \
removeEmptyRanks",()=>Cn(e)),t("    nestingGraph.cleanup",()=>kr(e)),t("    normalizeRanks",()=>In(e)),
t("    assignRankMinMax",()=>gs(e)),t("    removeEdgeLabelProxies",()=>ms(e)),t("    normalize.run",
()=>Zn(e)),t("    parentDummyChains",()=>mr(e)),t("    addBorderSegments",()=>Mr(e)),t("    order",()=>jt(
e,n,l)),t("    insertSelfEdges",()=>ks(e)),t("    adjustCoordinateSystem",()=>Tr(e)),t("    position",
()=>ss(e,n.corePath)),t("    positionSelfEdges",()=>Ms(e));let d=JSON.parse(JSON.stringify(e._nodes));
return t("    removeBorderNodes",()=>Es(e)),t("    normalize.undo",()=>tr(e)),t("    fixupEdgeLabelC\
oords",()=>vs(e)),t("    undoCoordinateSystem",()=>Nr(e)),t("    translateGraph",()=>bs(e)),t("    a\
ssignNodeIntersects",()=>ws(e)),t("    reversePoints",()=>ys(e)),t("    acyclic.undo",()=>Xn(e)),{graph:e,
rawNodes:d}}function lt(e,t){e.nodes().forEach(n=>{let r=e.node(n),s=t.node(n);r&&(r.x=s.x,r.y=s.y,r.
order=s.order,r.rank=s.rank,t.children(n).length&&(r.width=s.width,r.height=s.height))}),e.edges().forEach(
n=>{let r=e.edge(n),s=t.edge(n);r.points=s.points,Object.hasOwn(s,"x")&&(r.x=s.x,r.y=s.y)}),e.graph().
width=t.graph().width,e.graph().height=t.graph().height}var os=["nodesep","edgesep","ranksep","margi\
nx","marginy"],as={ranksep:50,edgesep:20,nodesep:50,rankdir:"TB",rankalign:"center"},ls=["acyclicer",
"ranker","rankdir","align","rankalign"],ds=["width","height","rank"],dt={width:0,height:0},hs=["minl\
en","weight","width","height","labeloffset"],cs={minlen:1,weight:1,width:0,height:0,labeloffset:10,labelpos:"\
r"},us=["labelpos"];function ht(e){let t=new D({multigraph:!0,compound:!0}),n=ke(e.graph());return t.
setGraph(Object.assign({},as,xe(n,os),oe(n,ls))),e.nodes().forEach(r=>{let s=ke(e.node(r)),i=xe(s,ds);
Object.keys(dt).forEach(a=>{i[a]===void 0&&(i[a]=dt[a])}),t.setNode(r,i);let o=e.parent(r);o!==void 0&&
t.setParent(r,o)}),e.edges().forEach(r=>{let s=ke(e.edge(r));t.setEdge(r,Object.assign({},cs,xe(s,hs),
oe(s,us)))}),t}function fs(e){let t=e.graph();t.ranksep/=2,e.edges().forEach(n=>{var r;let s=e.edge(
n);s.minlen*=2,((r=s.labelpos)!=null?r:"r").toLowerCase()!=="c"&&(t.rankdir==="TB"||t.rankdir==="BT"?
s.width+=s.labeloffset:s.height+=s.labeloffset)})}function ps(e){e.edges().forEach(t=>{let n=e.edge(
t);if(n.width&&n.height){let r=e.node(t.v),s={rank:(e.node(t.w).rank-r.rank)/2+r.rank,e:t};Y(e,"edge\
-proxy",s,"_ep")}})}function gs(e){let t=0;e.nodes().forEach(n=>{let r=e.node(n);r.borderTop&&(r.minRank=
e.node(r.borderTop).rank,r.maxRank=e.node(r.borderBottom).rank,t=Math.max(t,r.maxRank))}),e.graph().
maxRank=t}function ms(e){e.nodes().forEach(t=>{let n=e.node(t);if(n.dummy==="edge-proxy"){let r=n;e.
edge(r.e).labelRank=n.rank,e.removeNode(t)}})}function bs(e){let t=Number.POSITIVE_INFINITY,n=0,r=Number.
POSITIVE_INFINITY,s=0,i=e.graph(),o=i.marginx||0,a=i.marginy||0;function l(d){let h=d.x,c=d.y,u=d.width,
f=d.height;t=Math.min(t,h-u/2),n=Math.max(n,h+u/2),r=Math.min(r,c-f/2),s=Math.max(s,c+f/2)}e.nodes().
forEach(d=>l(e.node(d))),e.edges().forEach(d=>{let h=e.edge(d);Object.hasOwn(h,"x")&&l(h)}),t-=o,r-=
a,e.nodes().forEach(d=>{let h=e.node(d);h.x-=t,h.y-=r}),e.edges().forEach(d=>{let h=e.edge(d);h.points.
forEach(c=>{c.x-=t,c.y-=r}),Object.hasOwn(h,"x")&&(h.x-=t),Object.hasOwn(h,"y")&&(h.y-=r)}),i.width=
n-t+o,i.height=s-r+a}function ws(e){e.edges().forEach(t=>{if(t.v===t.w)return;let n=e.edge(t),r=e.node(
t.v),s=e.node(t.w),i,o;n.points?(i=n.points[0],o=n.points[n.points.length-1]):(n.points=[],i=s,o=r),
n.points.unshift(We(r,i)),n.points.push(We(s,o))})}function vs(e){e.edges().forEach(t=>{let n=e.edge(
)page"
    R"page(t);if(Object.hasOwn(n,"x"))switch((n.labelpos==="l"||n.labelpos==="r")&&(n.width-=n.labeloffset),n.labelpos){case"\
l":n.x-=n.width/2+n.labeloffset;break;case"r":n.x+=n.width/2+n.labeloffset;break}})}function ys(e){e.
edges().forEach(t=>{let n=e.edge(t);n.reversed&&n.points.reverse()})}function Es(e){e.nodes().forEach(
t=>{if(e.children(t).length){let n=e.node(t),r=e.node(n.borderTop),s=e.node(n.borderBottom),i=e.node(
n.borderLeft[n.borderLeft.length-1]),o=e.node(n.borderRight[n.borderRight.length-1]);n.width=Math.abs(
o.x-i.x),n.height=Math.abs(s.y-r.y),n.x=i.x+n.width/2,n.y=r.y+n.height/2}}),e.nodes().forEach(t=>{e.
node(t).dummy==="border"&&e.removeNode(t)})}function xs(e){e.edges().forEach(t=>{if(t.v===t.w){let n=e.
node(t.v);n.selfEdges||(n.selfEdges=[]),n.selfEdges.push({e:t,label:e.edge(t)}),e.removeEdge(t)}})}function ks(e){
ae(e).forEach(t=>{let n=0;t.forEach((r,s)=>{let i=e.node(r);typeof i.rank!="number"&&(i.rank=0),i.order=
s+n,(i.selfEdges||[]).forEach(o=>{Y(e,"selfedge",{width:o.label.width,height:o.label.height,rank:i.rank,
order:s+ ++n,e:o.e,edgeLabel:o.label},"_se"),(!Array.isArray(o.label.points)||o.label.points.length!==
7)&&(o.label.points=[{x:0,y:-10},{x:0,y:-10},{x:0,y:0},{x:0,y:10},{x:0,y:10},{x:0,y:0},{x:0,y:0}])}),
delete i.selfEdges})})}function Ms(e){e.nodes().forEach(t=>{let n=e.node(t),r=s=>typeof s=="number"&&
isFinite(s);if(n.dummy==="selfedge"){let s=n,i=e.node(s.e.v),o=r(i?.x)?i.x:0,a=r(i?.y)?i.y:0,l=r(i?.
width)?i.width:0,d=r(i?.height)?i.height:0,h=r(n.x)?n.x:o,c=r(n.y)?n.y:a,u=l/2,f=d/2;s.edgeLabel.points=
[{x:h+u,y:c-f},{x:h+u,y:c-f},{x:h,y:c},{x:h-u,y:c+f},{x:h-u,y:c+f},{x:h,y:c},{x:h,y:c}],s.edgeLabel.
x=h,s.edgeLabel.y=c,e.setEdge(s.e,s.edgeLabel),e.removeNode(t)}else n&&Array.isArray(n.selfEdges)&&n.
selfEdges.forEach(s=>{if(!Array.isArray(s.label.points)||s.label.points.length!==7){let i=r(n.x)?n.x:
0,o=r(n.y)?n.y:0,a=r(n.width)?n.width:0,l=r(n.height)?n.height:0,d=a/2,h=l/2;s.label.points=[{x:i+d,
y:o-h},{x:i+d,y:o-h},{x:i,y:o},{x:i-d,y:o+h},{x:i-d,y:o+h},{x:i,y:o},{x:i,y:o}]}})})}function xe(e,t){
return le(oe(e,t),Number)}function ke(e){let t={};return e&&Object.entries(e).forEach(([n,r])=>{typeof n==
"string"&&(n=n.toLowerCase()),t[n]=r}),t}var _s={ORDERING:["runAfter","order"],RESOURCE:["result","result"],FINALLY:["finally","finally"]};function At(e){
return e===void 0?["order","order"]:_s[e]??[e.toLowerCase().replaceAll("_"," "),"other"]}var Ts=["re\
sult","other","order","finally"];function je(e){return Ts.find(t=>e.includes(t))??"order"}function Rt(e){
let t=(e.pods??[]).map(s=>({name:s.name??"",json:s,tasks:[],containers:new Map((s.containers??[]).map(
i=>[i.container?.name??"",i]))})),n=new Map(t.map(s=>[s.name,s])),r=(e.tasks??[]).map((s,i)=>({index:i,
name:s.name??"",json:s,pod:s.placement==="PLACEMENT_POD"?n.get(s.pod??""):void 0,before:[],after:[]}));
for(let s of r)s.pod?.tasks.push(s);return{json:e,tasks:r,pods:t,edges:Ns(e,r)}}function Ns(e,t){let n=new Map(
t.map(o=>[o.name,o])),r=new Map,s=(o,a)=>{let l=n.get(o??""),d=n.get(a??"");if(!l||!d||l===d)return;
let h=`${l.index} ${d.index}`,c=r.get(h);return c||(c={from:l,to:d,reasons:[],gate:!1,waits:!1,tone:"\
order"},r.set(h,c)),c};for(let o of e.dependencies??[]){let a=s(o.from,o.to);a&&(a.reasons.push({kind:o.
kind??"",paths:o.paths??[]}),a.gate||=o.gate??!1)}for(let o of t)for(let a of o.json.waitFor??[]){let l=s(
a,o.name);l&&(l.waits=!0)}let i=[...r.values()].sort((o,a)=>o.to.index-a.to.index||o.from.index-a.from.
index);for(let o of i)o.reasons.length&&(o.tone=je(o.reasons.map(a=>At(a.kind)[1]))),o.from.after.push(
o),o.to.before.push(o);return i}function U(e,t){let n=e.reasons.map(s=>{let i=At(s.kind)[0];return t&&
s.paths.length?`${i} (${s.paths.join(", ")})`:i});return[...new Set(n.length?n:["order"])].join(", ")+
(e.gate?", through a gate":"")}function q(e,t){let n=new Set,r=[e];for(let s=r.pop();s;s=r.pop())for(let i of s[t]){
let o=t==="before"?i.from:i.to;o===e||n.has(o)||(n.add(o),r.push(o))}return n}function he(e,t){return[
...t.steps??[],...t.sidecars??[]].flatMap(r=>e.pod?.containers.get(r)??[])}function X(e){return Object.
entries(e??{}).map(([t,n])=>`${t} ${n}`).join(", ")}var Ls={SKIP_REASON_WHEN:"its when expressions d\
on\u2019t hold",SKIP_REASON_PARENT_SKIPPED:"a task that it depends on is skipped",SKIP_REASON_MISSING_RESULTS:"\
a result that it needs will not exist",SKIP_REASON_EMPTY_MATRIX:"its matrix is empty"};function ce(e){
return e.json.placement==="PLACEMENT_EXTERNAL"?`outside of Pods: ${e.json.external??""}`:e.json.placement===
"PLACEMENT_SKIPPED"?`never runs: ${Ls[e.json.end?.skipReason??""]??"it can\u2019t run"}`:`in Pod ${e.
pod?.name??e.json.pod??""}`}var Ie=e=>e.waits&&e.tone!=="finally",Ss=7.9,V=10,$e=20,Os=3,Dt=250,Ce=e=>e.pod!==void 0&&e.pod.tasks.
length===1;function Ps(e,t){let n=30+Ss*t;return Ce(e)?{width:n+16,height:46+$e+10}:{width:n,height:46}}
function js(e){let t=Ce(e)?"own":e.pod?.name??"",n=(r,s)=>r.filter(Ie).map(i=>`${i[s].index}${i.tone}${i.
gate}`).sort().join();return[t,e.json.placement,e.json.finally,n(e.before,"from"),n(e.after,"to")].join(
"|")}function $s(e,t,n){let r=new Map;for(let l of e.tasks){let d=js(l);r.set(d,[...r.get(d)??[],l])}
let s=new Map,i=Math.max(0,...e.tasks.map(l=>[...l.name].length)),o=Math.min(Math.max(i,17),t?30:18),
a=l=>{let d=l.map(w=>Ps(w,o)),h=Math.max(...d.map(w=>w.width)),c=Math.max(...d.map(w=>w.height)),u=Math.
max(l.length>2?2:1,Math.round(Math.sqrt(l.length*c*1.3/h))),f=Math.min(l.length,Math.max(1,Math.min(
u,n))),m=Math.ceil(l.length/f),b=l.length>1?2*V:0,v={id:`task ${l[0]?.index}`,tasks:l,columns:f,pod:l[0]&&
!Ce(l[0])?l[0].pod:void 0,box:{x:0,y:0,width:f*(h+V)-V+b,height:m*(c+V)-V+b}};for(let w of l)s.set(w,
v)};for(let l of r.values())if(l.length>=Os)a(l);else for(let d of l)a([d]);return s}function Is(e,t){
let n=new Map;for(let r of e.edges){let s=t.get(r.from),i=t.get(r.to);if(!Ie(r)||!s||!i||s===i)continue;
let o=`${s.id} ${i.id}`,a=n.get(o)??{from:s,to:i,edges:[]};a.edges.push(r),n.set(o,a)}return[...n.values()]}
function Cs(e){let t=new Map;for(let s of e)t.set(s.to,[...t.get(s.to)??[],s]);let n=new Map;for(let s of t.
values()){let i=s.map(o=>o.from.id).sort().join();n.set(i,[...n.get(i)??[],s])}let r=[];for(let s of n.
values()){let i=s[0]?.length??0;if(s.length<2||i<2||s.length*i<6){r.push(...s.flat());continue}let o=s.
flat(),a=new Set(o.flatMap(d=>[d.from.pod,d.to.pod])),l={id:`point ${o[0]?.to.id}`,tasks:[],columns:1,
pod:a.size===1?[...a][0]:void 0,box:{x:0,y:0,width:8,height:8}};for(let d of new Set(o.map(h=>h.from)))
r.push({from:d,to:l,edges:o.filter(h=>h.from===d).flatMap(h=>h.edges)});for(let d of s)r.push({from:l,
to:d[0].to,edges:d.flatMap(h=>h.edges)})}return r}function Jt(e){let t=new Map,n=r=>{let s=t.get(r);
if(s!==void 0)return s;t.set(r,0);let i=Math.max(0,...r.before.filter(Ie).map(o=>n(o.from)+1));return t.
set(r,i),i};for(let r of e.tasks)n(r);return t}function zt(e){let t=[...Jt(e).values()],n=new Map;for(let r of t)
n.set(r,(n.get(r)??0)+1);return n.size*230>=Math.max(0,...n.values())*190}function As(e,t){let n=Jt(
e),r=o=>n.get(o)??0,s=o=>o.filter(a=>!a.json.finally).reduce((a,l)=>a&&r(a)>=r(l)?a:l,void 0),i=[];for(let o of new Set(
t.values())){if(!o.tasks[0]?.json.finally)continue;let a=(o.pod&&s(o.pod.tasks))??s(e.tasks),l=a&&t.
get(a);l&&l!==o&&i.push({from:l,to:o,edges:[]})}return i}function Vt(e,t,n,r){let s=new _e.Graph({compound:!0});
s.setGraph({rankdir:n?"LR":"TB",nodesep:30,edgesep:14,ranksep:n?56:44,align:r,marginx:24,marginy:24,
ranker:e.size>Dt?"longest-path":"network-simplex"}),s.setDefaultEdgeLabel(()=>({}));for(let i of e){
if(s.setNode(i.id,{width:i.box.width,height:i.box.height}),!i.pod)continue;let o=`pod ${i.pod.name}`;
s.hasNode(o)||s.setNode(o,{}),s.setParent(i.id,o)}for(let i of t)s.setEdge(i.from.id,i.to.id,{weight:i.
from.pod===i.to.pod?2:1});return It(s),s}var Gt=e=>{let{width:t,height:n}=e.graph();return t*n};function Rs(e,t,n){
let r=Vt(e,t,n,void 0);if(e.size<=Dt){let s=Vt(e,t,n,"DL");Gt(s)<.7*Gt(r)&&(r=s)}for(let s of e){let i=r.
node(s.id);s.box.x=i.x-s.box.width/2,s.box.y=i.y-s.box.height/2}return r}function Vs(e,t){let n=e.tasks.
length>1?V:0,r=Math.ceil(e.tasks.length/e.columns),s=(e.box.width-2*n+V)/e.columns-V,i=(e.box.height-
2*n+V)/r-V;e.tasks.forEach((o,a)=>t.set(o,{x:e.box.x+n+a%e.columns*(s+V),y:e.box.y+n+Math.floor(a/e.
columns)*(i+V),width:s,height:i}))}function Gs(e,t,n){let r=n?"y":"x",s=n?"height":"width";for(let i of[
"from","to"]){let o=new Map;for(let a of e)o.set(a[i],[...o.get(a[i])??[],a]);for(let[a,l]of o){let d=c=>{
let u=t.get(c)??[];return(u.length>2?u[i==="from"?1:u.length-2]:void 0)?.[r]??c[i==="from"?"to":"fro\
m"].box[r]+c[i==="from"?"to":"from"].box[s]/2};l.sort((c,u)=>d(c)-d(u));let h=Math.min(a.box[s]-16,(l.
length-1)*12);l.forEach((c,u)=>{let f=t.get(c),m=f?.[i==="from"?0:f.length-1];if(!m)return;let b=a.box[r]+
a.box[s]/2;m[r]=l.length<2||h<0?b:b-h/2+h*u/(l.length-1);let v=n?"x":"y",w=n?"width":"height";m[v]=a.
box[v]+(i==="from"?a.box[w]:0),a.tasks.length||(m[v]=a.box[v]+a.box[w]/2)})}}}function Ds(e,t,n,r){let s=r?
"x":"y",i=r?"width":"height",o=new Map,a=l=>Math.round(l.box[s]+l.box[i]/2);for(let l of e)o.set(a(l),
Math.max(o.get(a(l))??0,l.box[i]/2));for(let l of t){let d=n.get(l)??[],h=[];d.forEach((c,u)=>{let f=u===
0?a(l.from):u===d.length-1?a(l.to):Math.round(c[s]),m=o.get(f)??0;if(!(a(l.to)>a(l.from))||m===0){h.
push(c);return}let[v,w]=[{...c,[s]:f-m},{...c,[s]:f+m}],g=u>0&&u<d.length-1;(g||u>0&&v[s]<c[s]-1)&&h.
push(v),g||h.push(c),(g||u===0&&w[s]>c[s]+1)&&h.push(w)}),n.set(l,h)}}function Ae(e,t,n){let r=$s(e,
t,n),s=Cs(Is(e,r)),i=new Set(r.values());for(let h of s)i.add(h.from).add(h.to);let o=Rs(i,[...s,...As(
e,r)],t),a={horizontal:t,width:0,height:0,tasks:new Map,pods:new Map,blocks:[],lines:[]};for(let h of i)
Vs(h,a.tasks),h.tasks.length>1&&a.blocks.push({box:h.box,tasks:h.tasks});for(let h of e.pods){let c=h.
tasks[0],u=h.tasks.length===1&&c?a.tasks.get(c):void 0;if(u&&c)a.pods.set(h,{...u}),a.tasks.set(c,{x:u.
x+8,y:u.y+$e+4,width:u.width-16,height:u.height-$e-12});else if(o.hasNode(`pod ${h.name}`)){let f=o.
node(`pod ${h.name}`);a.pods.set(h,{x:f.x-f.width/2,y:f.y-f.height/2,width:f.width,height:f.height})}}
let l=new Map;for(let h of s){let c=o.edge(h.from.id,h.to.id)?.points??[];l.set(h,[{x:0,y:0},...c.slice(
1,-1).map(u=>({x:u.x,y:u.y})),{x:0,y:0}])}Gs(s,l,t),Ds(i,s,l,t);for(let h of s)a.lines.push({edges:h.
edges,tone:je(h.edges.map(c=>c.tone)),gate:h.edges.some(c=>c.gate),ends:h.to.tasks.length>0,points:l.
)page"
    R"page(get(h)??[]});let d=o.graph();return a.width=Number.isFinite(d.width)?d.width??0:0,a.height=Number.isFinite(
d.height)?d.height??0:0,a}function Ft(e,t){let[n,...r]=e.points;if(!n)return"";let s=`M${I(n.x)} ${I(
n.y)}`,i=n;for(let o of r){if(t?i.y===o.y:i.x===o.x){s+=`L${I(o.x)} ${I(o.y)}`,i=o;continue}let[a,l]=[
(i.x+o.x)/2,(i.y+o.y)/2];s+=t?`C${I(a)} ${I(i.y)} ${I(a)} ${I(o.y)} ${I(o.x)} ${I(o.y)}`:`C${I(i.x)}\
 ${I(l)} ${I(o.x)} ${I(l)} ${I(o.x)} ${I(o.y)}`,i=o}return s}var I=e=>Math.round(e*10)/10;function C(e,...t){let n=t.filter(r=>r!==void 0);if(n.length)return p("section",{},p("h3",{},e),...n)}
function Bt(e,t){let n=p("button",{type:"button",class:"link"},e.name);return n.addEventListener("cl\
ick",()=>t(e)),n}function Re(e,t,n){if(e.length)return p("ul",{},...e.map(r=>{let s=p("span",{class:`\
tone ${r.tone}`},U(r,!1)),i=r.reasons.flatMap(a=>a.paths),o=p("li",{},Bt(r[t],n)," ",s);return i.length&&
o.append(p("div",{class:"path"},i.join(", "))),o}))}function Ve(e){for(let[t,n]of Object.entries(e??
{})){if(t==="name"||typeof n!="object"||n===null)continue;let r=n,s=r.claimName??r.secretName??r.name??
r.driver,i=t==="persistentVolumeClaim"?"claim":t;return typeof s=="string"?`${i} ${s}`:i}return"volu\
me"}function Js(e,t){let n=new Map((e.pod?.json.volumes??[]).map(r=>[r.volume?.name,r]));return(t.container?.
volumeMounts??[]).flatMap(r=>{let s=n.get(r.name);if(!s)return[];let i=s.workspace?`workspace ${s.workspace}\
: ${Ve(s.volume)}`:Ve(s.volume),o=r.subPath?`${i}, directory ${r.subPath}`:i;return[p("li",{},p("cod\
e",{},r.mountPath??""),` ${o}${r.readOnly?", read only":""}`)]})}function zs(e,t){let n=p("li",{},p(
"strong",{},t.step||t.container?.name||""));t.container?.image&&n.append(" ",p("code",{},t.container.
image));let r=X(t.asked),s=X(t.container?.resources?.requests);r&&n.append(p("div",{},`asks for ${r}`)),
s&&s!==r&&n.append(p("div",{class:"path"},`in the Pod: ${s}`));let i=Js(e,t);return i.length&&n.append(
p("ul",{class:"mounts"},...i)),n}function Fs(e,t){let n=he(e,t),r=n.filter(o=>(t.steps??[]).includes(
o.container?.name??"")),s=n.filter(o=>!r.includes(o)),i=(o,a)=>o.length?p(a,{},...o.map(l=>zs(e,l))):
void 0;return[C("Steps",i(r,"ol")),C("Sidecars",i(s,"ul"))]}function Bs(e){if(e.length<2)return;let t=e.
slice(0,50).map(n=>p("li",{},(n.matrixParams??[]).map(r=>`${r.name??""}=${typeof r.value=="string"?r.
value:JSON.stringify(r.value)}`).join(", ")));return e.length>50&&t.push(p("li",{},`and ${e.length-50}\
 more`)),C(`Matrix: ${e.length} times`,p("ul",{},...t))}function Ks(e){let t=e.json.when??[];if(t.length)
return C("Runs when",p("ul",{},...t.map(n=>p("li",{},p("code",{},n.cel||`${n.input??""} ${n.operator??
""} ${(n.values??[]).join(", ")}`)))))}function Ge(e,t){let n=(e.json.decisions??[]).filter(t).map(r=>{
let s=p("li",{},r.message??"");return r.hint&&s.append(p("div",{class:"path"},`To change it: ${r.hint}`)),
s});return n.length?p("ul",{},...n):void 0}function Kt(e,t,n){let{json:r}=t,s=t.before.filter(h=>h.waits),
i=t.before.filter(h=>!h.waits),o=r.units??[],a=o[0]&&X(o[0].need),l=[ce(t)];r.finally&&l.push("a fin\
ally task: it runs when all others have ended"),r.taskRef&&l.push(`Task ${r.taskRef}`),a&&l.push(`ne\
eds ${a}${o.length>1?" each time":""}`),r.workspaces?.length&&l.push(`${R(r.workspaces.length,"works\
pace")}: ${r.workspaces.join(", ")}`);let d=[r.origin?.file,r.path].filter(Boolean).join(": ");return[
p("h2",{},t.name),r.displayName&&r.displayName!==t.name?p("p",{},r.displayName):void 0,p("ul",{class:"\
facts"},...l.map(h=>p("li",{},h))),C("Waits for",Re(s,"from",n)??p("p",{},r.finally?"all other tasks":
"nothing")),C("Also after, implied by these",Re(i,"from",n)),C("Before",Re(t.after.filter(h=>h.waits||
h.tone!=="finally"),"to",n)),Ks(t),Bs(o),...o[0]?Fs(t,o[0]):[],C("Why",Ge(e,h=>h.tasks?.includes(t.name)??
!1)),d?C("Written at",p("p",{class:"path"},d)):void 0].filter(h=>h!==void 0)}function Ht(e,t,n){let{
json:r}=t,s=(r.startWhen??[]).map(d=>d.tasks??[]),i=!s.length||s.some(d=>!d.length)?"at once":`when ${s.
map(d=>d.join(" and ")).join(", or ")} ended`,o=(r.volumes??[]).map(d=>p("li",{},`${d.workspace?`wor\
kspace ${d.workspace}: `:""}${Ve(d.volume)}`)),a=(r.resources??[]).map(d=>p("tr",{},p("td",{},d.resource??
""),p("td",{},d.requested??""),p("td",{},d.peak??""),p("td",{},d.sum??""))),l=p("tr",{},...["","asks\
 for","peak","sum"].map(d=>p("th",{scope:"col"},d)));return[p("h2",{},`Pod ${t.name}`),p("ul",{class:"\
facts"},p("li",{},`created ${i}`),p("li",{},`${R(t.tasks.length,"task")}, ${R(r.containers?.length??
0,"container")}`),r.spec?.serviceAccountName?p("li",{},`service account ${r.spec.serviceAccountName}`):
void 0,r.node?p("li",{},`fits the node ${r.node}`):void 0),C("Resources",a.length?p("table",{},p("tb\
ody",{},l,...a)):void 0),C("Volumes",o.length?p("ul",{},...o):void 0),C("Tasks",p("ul",{class:"inlin\
e"},...t.tasks.map(d=>p("li",{},Bt(d,n))))),C("Why",Ge(e,d=>d.pods?.includes(t.name)??!1))].filter(d=>d!==
void 0)}function Wt(e){let t=(s,i)=>p("li",{},p("kbd",{},s),` ${i}`),n=(s,i)=>p("li",{},p("span",{class:`\
sample ${s}`}),i),r=s=>e.edges.some(s);return[p("h2",{},"The plan"),p("p",{},"Point at a task to see\
 what comes before and after it, and why. Click it to keep it."),C("Lines",p("ul",{class:"legend"},n(
"order","waits for its end"),n("result","takes a result"),r(s=>s.gate)?n("order gate","from elsewher\
e, through a gate"):void 0,r(s=>s.gate&&s.tone==="result")?n("result gate","a result, through a gate"):
void 0,r(s=>s.tone==="other")?n("other","for another reason (point at it)"):void 0),e.tasks.some(s=>s.
json.finally)?p("p",{},"A task with a flag is a finally task: it comes after all others."):void 0),C(
"Keys",p("ul",{class:"keys"},t("/","search"),t("\u2190 \u2192 \u2191 \u2193","from task to task"),t(
"Enter","keep a task, and read about it"),t("Esc","back, let go"),t("+ \u2212","zoom"),t("0","fit"))),
C("Why it is so",Ge(e,()=>!0))].filter(s=>s!==void 0)}var Yt={n:1e-9,u:1e-6,m:.001,"":1,k:1e3,M:1e6,G:1e9,T:1e12,P:1e15,E:1e18,Ki:1024,Mi:1048576,Gi:1073741824,
Ti:1099511627776,Pi:0x4000000000000,Ei:1152921504606847e3};function ne(e){let t=/^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.
exec(e??"");return t&&Number(t[1])*(Yt[t[2]??""]??0)||0}function ue(e,t){if(e===0)return"0";if(!t)return e<
1?`${Math.round(e*1e3)}m`:String(Math.round(e*100)/100);for(let n of["Ei","Pi","Ti","Gi","Mi","Ki"]){
let r=Yt[n]??1;if(e>=r)return`${Math.round(e/r*10)/10}${n}`}return String(e)}var Hs={h:3600,m:60,s:1,
ms:.001,us:1e-6,\u00B5s:1e-6,ns:1e-9};function Q(e){if(e===void 0||!/^(0|([0-9.]+(h|ms|m|s|us|\u00b5s|ns))+)$/.
test(e))return;let t=0;for(let n of e.matchAll(/([0-9.]+)(h|ms|m|s|us|\u00b5s|ns)/g))t+=Number(n[1])*
(Hs[n[2]??""]??0);return t}function Z(e){let t=Math.round(e);if(e<10)return`${Math.round(e*10)/10}s`;
if(t<60)return`${t}s`;let n=Math.floor(t/60);return n<60?t%60?`${n}m ${t%60}s`:`${n}m`:n%60?`${Math.
floor(n/60)}h ${n%60}m`:`${n/60}h`}function Ws(e,t){let n=t.resource??"",r=new Set((t.witness??[]).map(u=>u.unit??"")),s=e.tasks.flatMap(
u=>(u.json.units??[]).map(f=>({name:f.name??"",task:u,need:ne(f.need?.[n]),witness:r.has(f.name??"")}))),
i=new Set(s.filter(u=>u.witness).map(u=>u.task)),o=new Set([...i].flatMap(u=>[...q(u,"before")])),a=new Map,
l=(u,f)=>{let m=f-1,b=v=>{let w=a.get(v);if(w!==void 0)return w;a.set(v,f);let g=Math.max(f,...v.before.
filter(y=>u.has(y.from)).map(y=>b(y.from)+1));return a.set(v,g),m=Math.max(m,g),g};for(let v of u)b(
v);return m+1},d=new Set([...e.tasks,...e.tasks.flatMap(u=>[...q(u,"before")])]),h=l(new Set([...d].
filter(u=>o.has(u)&&!i.has(u))),0);for(let u of i)a.set(u,h);l(new Set([...d].filter(u=>!o.has(u)&&!i.
has(u))),h+1);let c=new Map;for(let u of s){if(!u.need)continue;let f=a.get(u.task)??0,m=c.get(f)??{
units:[],sum:0,peak:i.size>0&&f===h};m.units.push(u),m.sum+=u.need,c.set(f,m)}return[...c].sort(([u],[
f])=>u-f).map(([,u])=>u)}var J=150,re=8,B=22;function Ys(e,t,n){let r=Ws(e,t),s=/memory|storage|hugepages/.
test(t.resource??""),i=ne(t.sum),o=ne(t.peak),a=Math.max(i,o,...r.map(b=>b.sum))||1,l=Math.max(8,Math.
min(64,Math.floor(720/Math.max(r.length,1)))),d=re+r.length*l,h=Math.max(d+120,220),c=b=>B+J-J*b/a,u=`${t.
resource}: demand over the order of tasks, at most ${t.peak}; the sum is ${t.sum}`,f=x("svg",{class:"\
chart",viewBox:`0 0 ${h} ${B+J+22}`,width:h,role:"img","aria-label":u});r.forEach((b,v)=>{let w=0;for(let g of b.
units){let y=c(w+g.need),E=x("rect",{x:re+v*l+1,y,width:l-2,height:c(w)-y-(c(w)-y>4?1:0),class:`bar${g.
witness?" witness":""}`},x("title",{},`${g.name}: ${ue(g.need,s)}`));E.addEventListener("pointerente\
r",()=>n(new Set([g.task]))),E.addEventListener("pointerleave",()=>n(void 0)),f.append(E),w+=g.need}});
let m=(b,v,w,g)=>{f.append(x("rect",{x:b,y:c(v),width:34,height:J-(c(v)-B),class:`bar ${w}`}),x("tex\
t",{x:b+17,y:c(v)-5,"text-anchor":"middle",class:"value"},g),x("text",{x:b+17,y:B+J+15,"text-anchor":"\
middle",class:"axis"},w))};return f.append(x("line",{x1:re,x2:d+20,y1:c(o),y2:c(o),class:"peakline"}),
x("line",{x1:re,x2:h,y1:B+J,y2:B+J,class:"baseline"}),x("text",{x:re,y:B+J+15,class:"axis"},"order \u2192")),
m(d+20,o,"peak",ue(o,s)),m(d+68,i,"sum",ue(i,s)),f}function Us(e,t,n){let r=new Set((t.witness??[]).
map(d=>d.unit??"")),s=new Set(e.tasks.filter(d=>(d.json.units??[]).some(h=>r.has(h.name??"")))),i=[...r].
slice(0,12).join(", ")+(r.size>12?` and ${r.size-12} more`:""),o=r.size>1?`${r.size} units can need \
it at the same time: ${i}`:r.size===1?`${[...r][0]} alone needs that much`:"nothing needs it",a=p("f\
igcaption",{},p("strong",{},`${t.resource}: asks for ${t.requested||t.peak}`),` (peak ${t.peak}, sum\
 ${t.sum}). `,p("span",{class:"witnesses"},`${o}. `)),l=p("button",{type:"button","aria-pressed":"fa\
lse"},"Show them in the picture");return l.addEventListener("click",()=>{let d=l.getAttribute("aria-\
pressed")!=="true";l.setAttribute("aria-pressed",String(d)),n(d?s:void 0)}),s.size&&a.append(l),p("f\
igure",{},a,p("div",{class:"scroll",tabindex:0,role:"region","aria-label":"Chart"},Ys(e,t,n)))}function Ut(e,t){
let n=l=>(l.json.resources??[]).filter(d=>ne(d.sum)>0),r=e.pods.filter(l=>n(l).length).sort((l,d)=>d.
tasks.length-l.tasks.length||l.name.localeCompare(d.name,"en")),s=r[0];if(!s)return;let i=p("div",{class:"\
figures"}),o=l=>i.replaceChildren(...n(l).map(d=>Us(l,d,t)));o(s);let a=p("select",{"aria-label":"Po\
d"},...r.map((l,d)=>p("option",{value:d},l.name)));return a.addEventListener("change",()=>o(r[Number(
a.value)]??s)),p("section",{id:"peak"},p("h2",{},"What a Pod asks for"),p("p",{},"A Pod asks for the\
)page"
    R"page( most that can run at the same time, not for the sum. The chart has the demand in an order in which \
this peak is reached; the units that make it are lit."),r.length>1?p("label",{},"Pod ",a):void 0,i)}var fe=class{constructor(t,n,r,s){this.frame=t;this.content=n;this.size=r;this.changed=s;t.addEventListener(
"wheel",i=>this.onWheel(i),{passive:!1}),t.addEventListener("pointerdown",i=>this.onDown(i)),t.addEventListener(
"pointermove",i=>this.onMove(i));for(let i of["pointerup","pointercancel"])t.addEventListener(i,o=>this.
pointers.delete(o.pointerId));t.addEventListener("click",i=>{this.dragged&&i.stopPropagation(),this.
dragged=!1},{capture:!0})}frame;content;size;changed;scale=1;x=0;y=0;pointers=new Map;dragged=!1;resize(t){
this.size=t}get view(){return{width:this.frame.clientWidth||1,height:this.frame.clientHeight||1}}seen(){
let{width:t,height:n}=this.view;return{x:-this.x/this.scale,y:-this.y/this.scale,width:t/this.scale,
height:n/this.scale}}fittingScale(){let{width:t,height:n}=this.view;return Math.min((t-12)/(this.size.
width||1),(n-12)/(this.size.height||1),1)}fit(){this.scale=this.fittingScale(),this.x=(this.view.width-
this.size.width*this.scale)/2,this.y=(this.view.height-this.size.height*this.scale)/2,this.apply()}begin(t){
if(this.fittingScale()>=.6){this.fit();return}this.scale=.6,this.x=12,this.y=12;let{width:n,height:r}=this.
view,s=(i,o,a)=>a*this.scale<=o?(o-a*this.scale)/2:Math.min(12,Math.max(o-a*this.scale-12,i));this.x=
s(n/4-t.x*this.scale,n,this.size.width),this.y=s(r/4-t.y*this.scale,r,this.size.height),this.apply()}zoom(t,n={
x:this.view.width/2,y:this.view.height/2}){let r=Math.min(this.fittingScale(),.6)/2,s=Math.min(3,Math.
max(r,this.scale*t));this.x=n.x-(n.x-this.x)*s/this.scale,this.y=n.y-(n.y-this.y)*s/this.scale,this.
scale=s,this.apply()}center(t){this.x=this.view.width/2-t.x*this.scale,this.y=this.view.height/2-t.y*
this.scale,this.apply()}reveal(t){let n=(i,o,a,l)=>{let d=i*this.scale+a,h=d+o*this.scale;return d<12?
12-d:h>l-12?Math.max(l-12-h,12-d):0},r=n(t.x,t.width,this.x,this.view.width),s=n(t.y,t.height,this.y,
this.view.height);!r&&!s||(this.x+=r,this.y+=s,this.apply())}apply(){this.x=Math.min(this.view.width-
60,Math.max(60-this.size.width*this.scale,this.x)),this.y=Math.min(this.view.height-60,Math.max(60-this.
size.height*this.scale,this.y)),this.content.setAttribute("transform",`translate(${this.x} ${this.y}\
) scale(${this.scale})`),this.changed()}inFrame(t){let n=this.frame.getBoundingClientRect();return{x:t.
clientX-n.left,y:t.clientY-n.top}}onWheel(t){t.preventDefault();let n=t.deltaMode===WheelEvent.DOM_DELTA_LINE?
16:1;if(t.shiftKey){this.x-=(t.deltaX+t.deltaY)*n,this.apply();return}this.zoom(Math.exp(-t.deltaY*n*
(t.ctrlKey?.01:.0015)),this.inFrame(t))}onDown(t){t.button===0&&(this.pointers.size||(this.dragged=!1),
this.pointers.set(t.pointerId,this.inFrame(t)))}onMove(t){let n=this.pointers.get(t.pointerId);if(!n)
return;let r=this.inFrame(t),s=[...this.pointers].find(([i])=>i!==t.pointerId)?.[1];if(!(!s&&!this.dragged&&
Math.hypot(r.x-n.x,r.y-n.y)<4)){if(this.dragged||this.frame.setPointerCapture(t.pointerId),this.dragged=
!0,this.pointers.set(t.pointerId,r),s){let i=o=>Math.hypot(o.x-s.x,o.y-s.y)||1;this.zoom(i(r)/i(n),s);
return}this.x+=r.x-n.x,this.y+=r.y-n.y,this.apply()}}};var qs=7.9,pe=class{constructor(t,n,r,s,i){this.plan=t;this.point=s;this.chosen=i;this.element=x("sv\
g",{class:"picture",role:"group","aria-label":"The plan: tasks in their Pods"}),this.map=x("svg",{class:"\
map","aria-hidden":"true"}),this.layout=Ae(t,n,r),this.camera=new fe(this.element,this.content,this.
layout,()=>this.moveWindow()),this.draw(),this.element.append(this.content),this.element.addEventListener(
"keydown",o=>this.onKey(o)),this.element.addEventListener("click",()=>this.chosen.select(void 0)),this.
map.addEventListener("click",o=>this.onMap(o))}plan;point;chosen;element;map;content=x("g");labels=x(
"g",{class:"labels"});window=x("rect",{class:"window"});camera;tasks=new Map;pods=new Map;lines=new Map;layout;relayout(t,n){
this.layout=Ae(this.plan,t,n),this.camera.resize(this.layout),this.draw(),this.begin()}fit(){this.camera.
fit()}zoom(t){this.camera.zoom(t)}begin(){let t=this.plan.tasks.find(r=>!r.before.length)??this.plan.
tasks[0],n=t&&this.layout.tasks.get(t);this.camera.begin(n??{x:0,y:0})}get size(){return this.layout}center(t){
let n=this.layout.tasks.get(t);n&&this.camera.center({x:n.x+n.width/2,y:n.y+n.height/2})}reveal(t){let n=this.
layout.tasks.get(t);n&&this.camera.reveal(n)}focus(t){this.tasks.get(t)?.focus({preventScroll:!0})}light(t){
if(t===void 0){this.lightTasks(void 0);return}if("pod"in t){this.lightTasks(new Set(t.pod.tasks));return}
let{task:n}=t,r=q(n,"before"),s=q(n,"after"),i=new Set([n,...r]),o=new Set([n,...s]);this.lightTasks(
new Set([n,...r,...s]),a=>i.has(a.from)&&i.has(a.to)||o.has(a.from)&&o.has(a.to)),this.tasks.get(n)?.
classList.add("self"),this.labelLines(n)}lightTasks(t,n){this.element.classList.toggle("dimmed",t!==
void 0),this.labels.replaceChildren();for(let[r,s]of this.tasks)s.classList.toggle("lit",t?.has(r)??
!1),s.classList.remove("self");for(let[r,s]of this.pods)s.classList.toggle("lit",r.tasks.some(i=>t?.
has(i)));for(let[r,s]of this.lines)s.classList.toggle("lit",n!==void 0&&r.edges.some(n))}mark(t){for(let[
n,r]of this.tasks)r.setAttribute("aria-pressed",String(n===t))}draw(){let t=x("g"),n=x("g",{class:"l\
ines","aria-hidden":"true"}),r=x("g");this.content.replaceChildren(r,n,t,this.labels),this.labels.replaceChildren(),
this.pods.clear(),this.lines.clear();for(let[o,a]of this.layout.pods)r.append(this.drawPod(o,a,t));for(let o of this.
layout.blocks)r.append(x("rect",{class:"block",...o.box,rx:10}));for(let o of this.layout.lines)n.append(
this.drawLine(o));let s=[...this.tasks].find(([,o])=>o===document.activeElement)?.[0];this.tasks.clear();
for(let o of this.plan.tasks)t.append(this.drawTask(o));let i=s??this.plan.tasks[0];i&&this.tasks.get(
i)?.setAttribute("tabindex","0"),this.drawMap()}drawPod(t,n,r){let s=x("g",{class:"pod"},x("rect",{...n,
rx:10})),i=Math.max(4,Math.floor((n.width-20)/7.2)),o=x("text",{x:n.x+10,y:n.y+16,class:"podname"},H(
`Pod ${t.name}`,i));o.append(x("title",{},`Pod ${t.name}`)),r.append(o);for(let a of[s,o])a.addEventListener(
"click",l=>{l.stopPropagation(),this.chosen.select({pod:t})});return o.addEventListener("pointerente\
r",()=>this.point({pod:t})),o.addEventListener("pointerleave",()=>this.point(void 0)),this.pods.set(
t,s),s}drawLine(t){let n=["line",t.tone,t.gate?"gate":"",t.ends?"ends":""].join(" "),r=x("path",{class:n,
d:Ft(t,this.layout.horizontal)}),s=t.edges.slice(0,12).map(i=>`${i.from.name} \u2192 ${i.to.name}: ${U(
i,!0)}`);return t.edges.length>12&&s.push(`and ${t.edges.length-12} more`),r.append(x("title",{},s.join(
`
`))),t.ends&&r.setAttribute("marker-end",`url(#${t.tone})`),this.lines.set(t,r),r}drawTask(t){let n=this.
layout.tasks.get(t)??{x:0,y:0,width:0,height:0},r=t.json.placement==="PLACEMENT_EXTERNAL"?" external":
t.json.placement==="PLACEMENT_SKIPPED"?" never":"",s=Math.floor((n.width-24)/qs),i=x("g",{class:`tas\
k${r}${t.json.finally?" finally":""}`,role:"button",tabindex:-1,"aria-pressed":"false","aria-label":Xs(
t)},x("rect",{...n,rx:6}),x("text",{x:n.x+12,y:n.y+19,class:"name"},H(t.name,s)),x("text",{x:n.x+12,
y:n.y+35,class:"note"},H(qt(t),Math.floor((n.width-20)/6.3))));return t.json.finally&&i.append(x("pa\
th",{class:"flag",d:`M${n.x+n.width-14} ${n.y}h8v11l-4 -3l-4 3z`})),i.addEventListener("pointerenter",
o=>{o.pointerType==="mouse"&&this.point({task:t})}),i.addEventListener("pointerleave",o=>{o.pointerType===
"mouse"&&this.point(void 0)}),i.addEventListener("focus",()=>{for(let o of this.tasks.values())o.setAttribute(
"tabindex","-1");i.setAttribute("tabindex","0"),i.matches(":focus-visible")&&(this.camera.reveal(n),
this.point({task:t}))}),i.addEventListener("blur",o=>{o.relatedTarget instanceof Element&&o.relatedTarget.
closest(".panel")||this.point(void 0)}),i.addEventListener("click",o=>{o.stopPropagation(),this.chosen.
select({task:t})}),this.tasks.set(t,i),i}labelLines(t){let n=new Map;for(let s of this.lines.keys())
for(let i of s.edges)i.from!==t&&i.to!==t||n.set(s,(n.get(s)??new Set).add(U(i,!1)));if(n.size>24)return;
let r=new Set([t]);for(let[s,i]of n){if(!(s.edges.every(c=>r.has(c.from))||s.edges.every(c=>r.has(c.
to))||s.edges.length===1)&&!s.ends)continue;let a=this.lines.get(s);if(!a)continue;let l=a.getPointAtLength(
a.getTotalLength()/2),d=[...i].join("; "),h=[...d].length*6.3+12;this.labels.append(x("rect",{x:l.x-
h/2,y:l.y-9,width:h,height:18,rx:9}),x("text",{x:l.x,y:l.y+4,"text-anchor":"middle"},d))}}drawMap(){
let{width:t,height:n}=this.layout;this.map.setAttribute("viewBox",`0 0 ${t||1} ${n||1}`);let r=(t||1)/
(n||1);this.map.setAttribute("preserveAspectRatio",r>4||r<.4?"none":"xMidYMid"),this.map.replaceChildren(
...[...this.layout.pods.values()].map(s=>x("rect",{...s,class:"area"})),...[...this.layout.tasks.values()].
map(s=>x("rect",{...s,class:"dot"})),this.window)}moveWindow(){let t=this.camera.seen();for(let r of[
"x","y","width","height"])this.window.setAttribute(r,String(t[r]));let n=t.x<=0&&t.y<=0&&t.x+t.width>=
this.layout.width&&t.y+t.height>=this.layout.height;this.map.classList.toggle("needless",n)}onMap(t){
let n=this.map.getScreenCTM();n&&this.camera.center(new DOMPoint(t.clientX,t.clientY).matrixTransform(
n.inverse()))}onKey(t){let n={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]}[t.key],
r=[...this.tasks].find(([,i])=>i===document.activeElement)?.[0];if(!r||t.ctrlKey||t.metaKey||t.altKey)
return;if(t.key==="Enter"||t.key===" "){t.preventDefault(),this.chosen.select({task:r}),this.chosen.
enter();return}if(!n)return;t.preventDefault();let s=this.nearest(r,n[0]??0,n[1]??0);s&&this.focus(s)}nearest(t,n,r){
let s=d=>({x:d.x+d.width/2,y:d.y+d.height/2}),i=this.layout.tasks.get(t);if(!i)return;let o=s(i),a,l=1/0;
for(let[d,h]of this.layout.tasks){let c=s(h),u=(c.x-o.x)*n+(c.y-o.y)*r,f=Math.abs((c.x-o.x)*r+(c.y-o.
y)*n);if(d===t||u<8)continue;let m=d.before.some(v=>v.from===t)||d.after.some(v=>v.to===t),b=u+(n?2:
3)*f-(m?40:0);b<l&&([l,a]=[b,d])}return a}};function qt(e){if(e.json.placement==="PLACEMENT_EXTERNAL")
return e.json.external??"";if(e.json.placement==="PLACEMENT_SKIPPED")return"never runs";let t=e.json.
units??[],n=t[0];if(!n)return"";let r=[t.length>1?`${t.length} \xD7 `:""],s=he(e,n).filter(a=>(n.steps??
[]).includes(a.container?.name??"")),i=n.sidecars?.length??0;r.push(s.length===1?s[0]?.step??"1 step":
)page"
    R"page(R(n.steps?.length??0,"step")),i&&r.push(` + ${R(i,"sidecar")}`);let o=X(n.need).replace("memory ","");
return r.join("")+(o?` \xB7 ${o}`:"")}function Xs(e){let t=e.before.filter(s=>s.waits).map(s=>`${s.from.
name} (${U(s,!1)})`),n=[e.name,ce(e)];e.json.finally&&n.push("a finally task"),n.push(t.length?`wait\
s for ${t.join(", ")}`:"waits for nothing");let r=qt(e);return r&&n.push(r),n.join("; ")}var Qt={POD_PER_TASK:"A Pod for each task",COLOCATED:"This plan"},Je={POD_PER_TASK:"apart",COLOCATED:"\
together"},Xt=26,ge=170,De=720,me=e=>e.kind??"";function Qs(e){return[1,2,5,10,15,30,60,120,300,600,
900,1800,3600,7200,14400,43200,86400].find(n=>e/n<=8)??e/8}function Zs(e,t,n,r,s){let i=u=>{let f=Q(
u);return f===void 0?void 0:f-s},[o,a,l]=[i(e.ready),i(e.start),i(e.end)],d=[],h=a??l;if(o!==void 0&&
h!==void 0&&h>o&&d.push(x("rect",{x:r(o),y:t+3,width:r(h)-r(o),height:4,class:`waiting ${Je[n]}`})),
a!==void 0){let u=l??a;d.push(x("rect",{x:r(a),y:t,width:Math.max(2,r(u)-r(a)),height:10,rx:2,class:`\
running ${Je[n]}${e.outcome==="UNIT_FAILED"?" failed":""}`}))}let c=a===void 0?"never started":`wait\
ed ${Z(Math.max(0,a-(o??a)))}, from ${Z(a)} to ${Z(l??a)}`;for(let u of d)u.append(x("title",{},`${e.
name}, ${Qt[n]}: ${c}`));return d}function ei(e){let t=[...e.values()].flatMap(l=>(l.units??[]).map(
d=>(Q(d.end)??0)-(Q(l.arrival)??0))),n=Math.max(1,...t),r=l=>ge+De*l/n,s=[...new Set([...e.values()].
flatMap(l=>(l.units??[]).map(d=>d.name??"")))],i=s.length*Xt+30,o=x("svg",{class:"chart timeline",viewBox:`\
0 0 ${ge+De+40} ${i}`,width:ge+De+40,role:"img","aria-label":"When each task waits and runs, in both\
 ways; the table below has the numbers"}),a=Qs(n);for(let l=0;l<=n;l+=a)o.append(x("line",{x1:r(l),x2:r(
l),y1:18,y2:i,class:"grid"}),x("text",{x:r(l),y:12,"text-anchor":"middle",class:"axis"},Z(l)));return s.
forEach((l,d)=>{let h=22+d*Xt;o.append(x("text",{x:ge-10,y:h+15,"text-anchor":"end",class:"name"},H(
l,22)));let c=0;for(let[u,f]of e){let m=f.units?.find(b=>b.name===l);m&&o.append(...Zs(m,h+c,u,r,Q(f.
arrival)??0)),c+=11}}),o}function Zt(e){let t=(e.executions??[]).filter(i=>i.detailed?.length);if(!t.
length)return;let n=new Map(t.map(i=>[me(i),i.detailed?.[0]??{}])),r=t.map(i=>{let o=i.detailed?.[0]??
{},a=Number(i.placeholders??0),l=Q(o.makespan),d=(o.outcome??"").replace("RUN_","").toLowerCase().replace(
"_"," ");return p("tr",{},p("th",{scope:"row"},p("span",{class:`sample bar ${Je[me(i)]}`}),Qt[me(i)]??
me(i)),p("td",{},`${d}${o.reason?`: ${o.reason}`:""}`),p("td",{},l===void 0?"\u2013":Z(l)),p("td",{},
R(Number(i.pods??0),"Pod")+(a?` (${R(a,"placeholder")})`:"")),p("td",{},R(Number(i.volumes??0),"volu\
me")),p("td",{},i.description??""))}),s=e.notes??[];return p("section",{id:"timeline"},p("h2",{},"Ho\
w long it takes"),p("p",{},"Simulated. Of each pair of bars, the upper one is with a Pod for each ta\
sk, as Tekton runs it; the lower one is this plan. A thin bar is waiting, for a place, for the start\
, for images and volumes."),p("div",{class:"scroll"},p("table",{},p("tbody",{},...r))),p("div",{class:"\
scroll",tabindex:0,role:"region","aria-label":"Timeline"},ei(n)),s.length?p("ul",{},...s.map(i=>p("l\
i",{},i))):void 0)}function en(e){let t=document.getElementById(e)?.textContent;return t?JSON.parse(t):void 0}var ti=["\
order","result","finally","other"];function ni(){return x("defs",{},...ti.map(e=>x("marker",{id:e,viewBox:"\
0 0 8 8",refX:7.5,refY:4,markerWidth:8,markerHeight:8,markerUnits:"userSpaceOnUse",orient:"auto",class:`\
head ${e}`},x("path",{d:"M0 0L8 4L0 8z"}))))}function ri(e){let t=[...e.pod?.containers.values()??[]].
filter(n=>n.task===e.name);return[e.name,e.json.displayName,e.json.taskRef,e.pod?.name,e.json.external,
...e.json.workspaces??[],...t.flatMap(n=>[n.step,n.container?.image])].join(`
`).toLowerCase()}var ze=class{plan=Rt(en("plan")??{});panel=p("aside",{class:"panel","aria-label":"D\
etails",tabindex:-1});stage=p("div",{class:"stage"});search=p("input",{type:"search",placeholder:"Se\
arch","aria-label":"Search for a task, Pod, step, image or workspace",autocomplete:"off",spellcheck:"\
false"});found=p("output",{class:"found"});texts=new Map(this.plan.tasks.map(t=>[t,ri(t)]));picture;selected;shown=null;hits=[];hit=-1;constructor(t){
this.picture=new pe(this.plan,this.isHorizontal(),this.columns(),s=>this.point(s),{select:s=>this.select(
s),enter:()=>this.panel.focus({preventScroll:!0})}),this.picture.element.prepend(ni()),this.stage.append(
this.picture.element,this.picture.map);let n=en("simulation"),r=[Ut(this.plan,s=>this.picture.lightTasks(
s)),n&&Zt(n)].filter(s=>s!==void 0);t.replaceChildren(this.toolbar(),p("div",{class:"split"},this.stage,
this.panel),...r),this.show(void 0),this.picture.begin(),this.listen()}isWide(){return innerWidth>=700}isHorizontal(){
return this.isWide()||!zt(this.plan)}columns(){return this.isWide()?12:2}toolbar(){let t=z("\u25D0",
"Light or dark",()=>{document.documentElement.dataset.theme=be()?"light":"dark"});return this.search.
addEventListener("input",()=>this.find()),this.search.addEventListener("keydown",n=>{n.key==="Enter"&&
this.nextHit(n.shiftKey?-1:1)}),p("div",{class:"toolbar",role:"group","aria-label":"The picture"},p(
"div",{class:"search"},this.search,this.found),z("\u2212","Zoom out",()=>this.picture.zoom(1/1.3)),z(
"+","Zoom in",()=>this.picture.zoom(1.3)),z("Fit","Fit the whole picture",()=>this.picture.fit()),z(
"SVG","Save the picture as SVG",()=>Be(this.picture.element,this.picture.size,this.plan.json.run?.name??
"")),z("Print","Print",()=>print()),t)}listen(){document.addEventListener("keydown",r=>this.onKey(r));
let t=this.isWide();addEventListener("resize",()=>{if(this.isWide()===t){this.picture.zoom(1);return}
t=this.isWide(),this.picture.relayout(this.isHorizontal(),this.columns()),this.picture.light(this.selected)});
let{element:n}=this.picture;addEventListener("beforeprint",()=>{let{width:r,height:s}=this.picture.size;
n.setAttribute("viewBox",`0 0 ${r} ${s}`),n.classList.add("whole")}),addEventListener("afterprint",()=>{
n.removeAttribute("viewBox"),n.classList.remove("whole")})}onKey(t){if(t.ctrlKey||t.metaKey||t.altKey)
return;if(t.key==="Escape"){let r=this.panel.contains(document.activeElement)?this.selected:void 0;this.
search.value="",this.find(),this.select(void 0),r&&"task"in r&&this.picture.focus(r.task);return}if(t.
target instanceof HTMLInputElement||t.target instanceof HTMLSelectElement)return;let n={"/":()=>this.
search.focus(),"+":()=>this.picture.zoom(1.3),"=":()=>this.picture.zoom(1.3),"-":()=>this.picture.zoom(
1/1.3),0:()=>this.picture.fit()}[t.key];n&&(t.preventDefault(),n())}point(t){if(this.search.value&&!t){
this.find();return}let n=t??this.selected;this.picture.light(n),this.show(n)}select(t){this.selected=
t,this.picture.mark(t&&"task"in t?t.task:void 0),this.point(t)}show(t){let n=t&&("task"in t?t.task:t.
pod);if(n===this.shown)return;this.shown=n;let r=i=>{this.picture.center(i),this.select({task:i}),this.
picture.focus(i)},s=t===void 0?Wt(this.plan):"task"in t?Kt(this.plan,t.task,r):Ht(this.plan,t.pod,r);
this.panel.replaceChildren(...s),this.panel.scrollTop=0}find(){let t=this.search.value.trim().toLowerCase();
if(!t){this.hits=[],this.hit=-1,this.found.textContent="",this.picture.light(this.selected);return}this.
hits=this.plan.tasks.filter(n=>this.texts.get(n)?.includes(t)),this.hit=-1,this.found.textContent=R(
this.hits.length,"task"),this.picture.lightTasks(new Set(this.hits)),this.hits[0]&&this.picture.reveal(
this.hits[0])}nextHit(t){if(!this.hits.length)return;this.hit=this.hit<0?t>0?0:this.hits.length-1:(this.
hit+t+this.hits.length)%this.hits.length;let n=this.hits[this.hit];n&&(this.found.textContent=`${this.
hit+1} of ${R(this.hits.length,"task")}`,this.picture.center(n),this.selected={task:n},this.picture.
mark(n),this.show(this.selected))}},tn=document.getElementById("page");tn&&new ze(tn);})();
)page";

}  // namespace colocation
