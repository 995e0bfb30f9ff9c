extension PageStyle {
  /// How the controls of charts look: the timeline of a sequence, and the buttons that look closer.
  static let charts = """

    .timeline{display:flex;align-items:center;gap:12px;margin:0 0 14px;font:13px/1.4 var(--sans);color:var(--soft)}
    .timeline input{flex:1;min-width:60px;max-width:420px;accent-color:var(--link);margin:0;height:24px}
    .timeline output{color:var(--ink);font-variant-numeric:tabular-nums;min-width:3.5em}
    .timeline button{width:32px;height:32px;flex:none;border:1px solid var(--rule);border-radius:50%;background:none;color:var(--soft);cursor:pointer;padding:0;font-size:10px;line-height:1}
    .timeline button:hover{color:var(--ink);border-color:var(--soft)}
    .tools button.zoom{text-decoration:none;min-width:22px;font-size:16px;line-height:1.2}
    .drawings[data-numbers] .pad{cursor:crosshair}
    .hint{color:var(--soft);padding:3px 0;visibility:hidden;white-space:nowrap}
    @media(hover:hover){figure:hover .hint,figure:focus-within .hint{visibility:visible}}
    @media(max-width:640px){.hint{display:none}}
    .moment{font:13px/1.4 var(--sans);margin:0 0 10px}.live .moment{display:none}
    @media print{.live .moment{display:block}.timeline{display:none}}
    """
}
