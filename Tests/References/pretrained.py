"""What Hugging Face's transformers computes with pretrained models, value by value, in float64, and how far its own float32 is from that.

    python3 Tests/References/pretrained.py MODELS FIXTURES [FULL]

MODELS is the folder that tools/fetch_models.sh fills. For each model FIXTURES/<name>.safetensors gets, for every tap (TransformerLens's name), up to 64 values
spread over the tap, and the largest difference between float32 and float64 over the whole tap; with FULL, FULL/<name>.safetensors gets all values.
Made with torch 2.13.0, transformers 5.23.0, gguf 0.19.0.
"""
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

float32, to_float = torch.float32, torch.Tensor.float


def wide(on):
    """Whether normalizations and rotary positions, which would fall back to float32, compute in float64 too."""
    torch.float32 = torch.float = torch.float64 if on else float32
    torch.Tensor.float = torch.Tensor.double if on else to_float
    torch.set_default_dtype(torch.float64 if on else float32)


def split(value, heads):
    return value.reshape(value.shape[0], heads, -1)


def llama_taps(model, keep):
    heads, shared = model.config.num_attention_heads, model.config.num_key_value_heads
    for number, layer in enumerate(model.model.layers):
        block = f"blocks.{number}."
        keep(layer, block + "hook_resid_pre", block + "hook_resid_post")
        keep(layer.input_layernorm, None, block + "ln1")
        keep(layer.self_attn.q_proj, None, block + "attn.hook_q", heads)
        keep(layer.self_attn.k_proj, None, block + "attn.hook_k", shared)
        keep(layer.self_attn.v_proj, None, block + "attn.hook_v", shared)
        keep(layer.self_attn.o_proj, block + "attn.hook_z", block + "hook_attn_out", None, heads)
        keep(layer.post_attention_layernorm, block + "hook_resid_mid", block + "ln2")
        keep(layer.mlp.gate_proj, None, block + "mlp.hook_pre")
        keep(layer.mlp.up_proj, None, block + "mlp.hook_pre_linear")
        keep(layer.mlp.down_proj, block + "mlp.hook_post", block + "hook_mlp_out")
    keep(model.model.norm, None, "ln_final")


def gpt2_taps(model, keep):
    heads = model.config.n_head
    for number, layer in enumerate(model.transformer.h):
        block = f"blocks.{number}."
        keep(layer, block + "hook_resid_pre", block + "hook_resid_post")
        keep(layer.ln_1, None, block + "ln1")
        keep(layer.attn.c_proj, block + "attn.hook_z", block + "hook_attn_out", None, heads)
        keep(layer.ln_2, block + "hook_resid_mid", block + "ln2")
        keep(layer.mlp.c_fc, None, block + "mlp.hook_pre")
        keep(layer.mlp.c_proj, block + "mlp.hook_post", block + "hook_mlp_out")
    keep(model.transformer.ln_f, None, "ln_final")


def bert_taps(model, keep):
    heads = model.config.num_attention_heads
    for number, layer in enumerate(model.encoder.layer):
        block = f"blocks.{number}."
        keep(layer, block + "hook_resid_pre", block + "hook_normalized_resid_post")
        keep(layer.attention.self.query, None, block + "attn.hook_q", heads)
        keep(layer.attention.self.key, None, block + "attn.hook_k", heads)
        keep(layer.attention.self.value, None, block + "attn.hook_v", heads)
        keep(layer.attention.output.dense, block + "attn.hook_z", block + "hook_attn_out", None, heads)
        keep(layer.attention.output.LayerNorm, block + "hook_resid_mid", block + "hook_normalized_resid_mid")
        keep(layer.intermediate.dense, None, block + "mlp.hook_pre")
        keep(layer.output.dense, block + "mlp.hook_post", block + "hook_mlp_out")
        keep(layer.output.LayerNorm, block + "hook_resid_post", None)


def values(model, taps, tokens):
    found = {}

    def keep(module, before, after, heads_after=None, heads_before=None):
        def hook(_, inputs, output):
            output = output[0] if isinstance(output, tuple) else output
            if before:
                value = inputs[0].detach()[0]
                found[before] = split(value, heads_before) if heads_before else value
            if after:
                value = output.detach()
                value = value[0] if value.dim() == 3 else value
                found[after] = split(value, heads_after) if heads_after else value
        handles.append(module.register_forward_hook(hook))

    handles = []
    taps(model, keep)
    with torch.no_grad():
        result = model(torch.tensor([tokens]), output_attentions=True)
    for handle in handles:
        handle.remove()
    for layer, pattern in enumerate(result.attentions):
        found[f"blocks.{layer}.attn.hook_pattern"] = pattern[0]
    if hasattr(result, "logits"):
        found["logits"] = result.logits[0]
    return {name: value.clone().double().contiguous() for name, value in found.items()}


def build(make, state):
    model = make().to(next(iter(state.values())).dtype)
    model.load_state_dict(state)
    return model.eval()


def stories(folder):
    """llama2.c's stories260K as a Llama: its neighbouring pairs of queries and keys put apart."""
    import struct
    data = (folder / "stories260K" / "stories260K.bin").read_bytes()
    width, hidden, layers, heads, shared, vocabulary, context = struct.unpack("<7i", data[:28])
    numbers = torch.frombuffer(bytearray(data[28:]), dtype=torch.float32)
    at = 0

    def take(*shape):
        nonlocal at
        count = 1
        for length in shape:
            count *= length
        at += count
        return numbers[at - count:at].reshape(shape)

    head = width // heads
    embed = take(vocabulary, width)
    norms = take(layers, width)
    q, k = take(layers, width, width), take(layers, shared * head, width)
    v, o = take(layers, shared * head, width), take(layers, width, width)
    norms2 = take(layers, width)
    gate, down, up = take(layers, hidden, width), take(layers, width, hidden), take(layers, hidden, width)
    last = take(width)

    def apart(matrix, count):
        return matrix.reshape(count, head // 2, 2, width).transpose(1, 2).reshape(count * head, width)

    state = {"model.embed_tokens.weight": embed, "model.norm.weight": last, "lm_head.weight": embed}
    for i in range(layers):
        block = f"model.layers.{i}."
        state |= {block + "input_layernorm.weight": norms[i], block + "post_attention_layernorm.weight": norms2[i],
                  block + "self_attn.q_proj.weight": apart(q[i], heads),
                  block + "self_attn.k_proj.weight": apart(k[i], shared),
                  block + "self_attn.v_proj.weight": v[i], block + "self_attn.o_proj.weight": o[i],
                  block + "mlp.gate_proj.weight": gate[i], block + "mlp.up_proj.weight": up[i],
                  block + "mlp.down_proj.weight": down[i]}
    config = LlamaConfig(vocab_size=vocabulary, hidden_size=width, intermediate_size=hidden, num_hidden_layers=layers,
                         num_attention_heads=heads, num_key_value_heads=shared, max_position_embeddings=context,
                         rms_norm_eps=1e-5, tie_word_embeddings=True, attn_implementation="eager")
    return config, state


def main():
    models, fixtures = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    full = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    fixtures.mkdir(parents=True, exist_ok=True)
    cases = []
    if (models / "stories260K").exists():
        config, state = stories(models)
        cases.append(("stories260K", lambda: LlamaForCausalLM(config), state, llama_taps,
                      [1, 403, 407, 261, 378, 31, 432, 331, 286, 261, 376, 298, 317, 266, 371, 299]))
    smol = models / "smollm2"
    if smol.exists():
        name = next(smol.glob("*.gguf")).name
        loaded = AutoModelForCausalLM.from_pretrained(smol, gguf_file=name, attn_implementation="eager")
        cases.append(("smollm2", lambda c=loaded.config: LlamaForCausalLM(c), loaded.state_dict(), llama_taps,
                      [504, 3575, 282, 4649, 314]))
    for name, taps, tokens in [("gpt2", gpt2_taps, [2, 100, 5, 77, 2048, 9, 300, 41, 8000, 12, 3]),
                               ("minilm", bert_taps, [101, 1037, 4937, 2938, 2006, 1996, 13523, 1998, 8823, 1012, 102])]:
        folder = models / name
        if folder.exists():
            kind = AutoModelForCausalLM if name == "gpt2" else AutoModel
            loaded = kind.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)
            cases.append((name, lambda c=loaded.config, k=kind: k.from_config(c, attn_implementation="eager"),
                          loaded.state_dict(), taps, tokens))
    for name, make, state, taps, tokens in cases:
        wide(False)
        single = values(build(make, state), taps, tokens)
        wide(True)
        double = values(build(make, {key: value.double() for key, value in state.items()}).double(), taps, tokens)
        wide(False)
        found, everything = {"tokens": torch.tensor(tokens)}, {"tokens": torch.tensor(tokens)}
        for tap, truth in double.items():
            flat = truth.flatten()
            step = max(1, flat.numel() // 64)
            found[tap] = flat[::step][:64].clone()
            found[tap + "/error"] = (single[tap] - truth).abs().max().reshape(1)
            found[tap + "/shape"] = torch.tensor(truth.shape)
            everything[tap] = truth
            everything[tap + "/error"] = found[tap + "/error"]
        save_file(found, fixtures / f"{name}.safetensors")
        if full:
            full.mkdir(parents=True, exist_ok=True)
            save_file(everything, full / f"{name}.safetensors")
        print(name, len(double), "taps; largest float32 errors:",
              sorted(((v.item(), k) for k, v in found.items() if k.endswith("/error")), reverse=True)[:2])


main()
