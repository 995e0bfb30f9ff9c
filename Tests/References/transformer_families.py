"""Small random models of every family, and what Hugging Face's transformers computes with them in float64.

    python3 Tests/References/transformer_families.py [FOLDER]

writes, for each family, FOLDER/<name>/ with config.json and model.safetensors (float32 weights) and expected.safetensors: for each text the tokens,
hidden states, attention patterns, what attention and the feed-forward part write, queries, and the answer, all in float64 (float32 weights widened).
FOLDER is Tests/VitroModelsTests/Fixtures/Families unless given. Made with torch 2.13.0 and transformers 5.23.0.
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import (BertConfig, BertForMaskedLM, BertModel, DistilBertConfig, DistilBertForMaskedLM, DistilBertModel, Gemma2Config,
                          Gemma2ForCausalLM, GPT2Config, GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM,
                          LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen2Config,
                          Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM, RobertaConfig, RobertaForMaskedLM)

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/VitroModelsTests/Fixtures/Families")
texts = [[3, 14, 15, 9, 26, 5, 35, 8, 7], [11, 4], [2, 7, 18, 28, 18]]

sizes = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
             max_position_embeddings=32)
partial = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
grouped = dict(sizes, num_key_value_heads=2)

families = {
    "bert": (BertModel, BertConfig(**sizes, hidden_act="gelu")),
    "bert-masked": (BertForMaskedLM, BertConfig(**sizes, hidden_act="relu")),
    "roberta": (RobertaForMaskedLM, RobertaConfig(**sizes, type_vocab_size=1, pad_token_id=1)),
    "distilbert": (DistilBertModel, DistilBertConfig(vocab_size=40, dim=16, n_layers=2, n_heads=4, hidden_dim=24,
                                                     max_position_embeddings=32)),
    "distilbert-masked": (DistilBertForMaskedLM, DistilBertConfig(
        vocab_size=40, dim=16, n_layers=2, n_heads=4, hidden_dim=24, max_position_embeddings=32, activation="relu")),
    "gpt2": (GPT2LMHeadModel, GPT2Config(vocab_size=40, n_embd=16, n_layer=2, n_head=4, n_positions=32)),
    "llama": (LlamaForCausalLM, LlamaConfig(**grouped, rope_parameters={"rope_type": "default", "rope_theta": 500.0})),
    "llama-linear": (LlamaForCausalLM, LlamaConfig(
        **grouped, rope_parameters={"rope_type": "linear", "rope_theta": 500.0, "factor": 2.0})),
    "llama-3": (LlamaForCausalLM, LlamaConfig(
        **grouped, head_dim=6, tie_word_embeddings=True, mlp_bias=True, attention_bias=True,
        rope_parameters={"rope_type": "llama3", "rope_theta": 100.0, "factor": 4.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 16})),
    "mistral": (MistralForCausalLM, MistralConfig(**grouped, sliding_window=4)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**grouped, tie_word_embeddings=True, use_sliding_window=True,
                                            sliding_window=3, max_window_layers=1)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**grouped, head_dim=8, attention_bias=True)),
    "gemma2": (Gemma2ForCausalLM, Gemma2Config(**grouped, head_dim=8, query_pre_attn_scalar=12, sliding_window=4,
                                               attn_logit_softcapping=5.0, final_logit_softcapping=3.0)),
    "neox": (GPTNeoXForCausalLM, GPTNeoXConfig(**sizes, rope_parameters=partial)),
    "neox-sequential": (GPTNeoXForCausalLM, GPTNeoXConfig(**sizes, use_parallel_residual=False, rope_parameters=partial)),
}

written = {  # modules whose outputs are what attention and the feed-forward part add to the residual
    "attn_out": ["attention.output.dense", "attention.out_lin", "attn.c_proj", "self_attn.o_proj", "attention.dense"],
    "mlp_out": ["ffn.lin2", "mlp.c_proj", "mlp.down_proj", "mlp.dense_4h_to_h", ".output.dense"],
    "q": ["attention.self.query", "attention.q_lin", "self_attn.q_proj"],
    "mlp_pre": ["intermediate.dense", "ffn.lin1", "mlp.c_fc", "mlp.gate_proj", "mlp.dense_h_to_4h"],
}


def part_of(module):
    for part, endings in written.items():
        if any(module.endswith(ending) for ending in endings):
            return part
    return None


float32, to_float = torch.float32, torch.Tensor.float


def in_double(kind, config, model):
    """The same model computing in float64 throughout: normalizations and rotary positions would fall back to float32."""
    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)
    double = kind(config).eval().double()
    double.load_state_dict(model.double().state_dict())
    return double


def in_single():
    torch.float32 = torch.float = float32
    torch.Tensor.float = to_float
    torch.set_default_dtype(torch.float32)


for seed, (name, (kind, config)) in enumerate(families.items()):
    in_single()
    torch.manual_seed(seed)
    config._attn_implementation = "eager"
    model = kind(config).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * (0.3 if parameter.dim() > 1 else 0.2))
            if parameter.dim() == 1 and ("norm" in key.lower() or "ln" in key) and key.endswith("weight"):
                parameter.add_(1)
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    tied = model.state_dict()
    weights, seen = {}, {}
    for key, value in tied.items():
        if value.data_ptr() in seen or not value.is_floating_point():
            continue
        seen[value.data_ptr()] = key
        weights[key] = value.clone().contiguous()
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    (target / "config.json").write_text(json.dumps(config.to_dict(), indent=1, sort_keys=True, default=str) + "\n")

    model = in_double(kind, config, model)
    expected = {}
    for number, text in enumerate(texts):
        parts = {}

        def hook(module_name):
            def keep(module, inputs, output):
                part = part_of(module_name)
                layer = next(piece for piece in module_name.split(".") if piece.isdigit())
                if part and f"{part}.{layer}" not in parts:
                    parts[f"{part}.{layer}"] = output.detach()[0].double().contiguous()
            return keep

        handles = [module.register_forward_hook(hook(key)) for key, module in model.named_modules() if part_of(key)]
        with torch.no_grad():
            result = model(torch.tensor([text]), output_hidden_states=True, output_attentions=True)
        for handle in handles:
            handle.remove()
        answer = result.logits if hasattr(result, "logits") else result.last_hidden_state
        expected[f"{number}.answer"] = answer[0].clone().contiguous()
        for layer, hidden in enumerate(result.hidden_states):
            expected[f"{number}.hidden.{layer}"] = hidden[0].clone().contiguous()
        for layer, pattern in enumerate(result.attentions):
            expected[f"{number}.pattern.{layer}"] = pattern[0].clone().contiguous()
        expected.update({f"{number}.{key}": value.clone() for key, value in parts.items()})
    save_file(expected, target / "expected.safetensors")
    print(name, sum(value.numel() for value in weights.values()), "parameters,", len(expected), "values")
