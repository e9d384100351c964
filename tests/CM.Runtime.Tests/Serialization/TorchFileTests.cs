using System.Text;

namespace CM.Runtime.Tests;

public sealed class TorchFileTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    /// <summary>What every script starts with: tensors whose numbers are known here too.</summary>
    private const string Tensors = """
        import collections, io, json, pickle, struct, sys
        import torch
        folder = sys.argv[1]
        def numbers(*shape):
            count = 1
            for axis in shape:
                count *= axis
            return (torch.arange(count, dtype=torch.float64) * 0.37 - 1.5).reshape(shape)
        state = collections.OrderedDict([
            ('a.weight', numbers(3, 4).float()),
            ('a.bias', numbers(3).double()),
            ('half', numbers(5).half()),
            ('brain', numbers(5).bfloat16()),
            ('steps', torch.tensor(7)),
            ('turned', numbers(4, 3).float().t()),
            ('part', numbers(10).float()[4:8]),
            ('parameter', torch.nn.Parameter(numbers(2, 2).float())),
        ])

        """;

    [PythonFact("torch", "python3-torch")]
    public void Files_of_torch_new_and_old_are_read()
    {
        Programs.RunPython(Tensors + """
            torch.save(state, folder + '/new.pth')
            torch.save(state, folder + '/old.pth', _use_new_zipfile_serialization=False)
            torch.save({'epoch': 3, 'state_dict': state, 'notes': ['a', (1, 2.5, None, True)], 'device': torch.device('cpu')}, folder + '/nested.pt')
            for protocol in range(2, 6):
                with open(f'{folder}/plain{protocol}.pkl', 'wb') as file:
                    pickle.dump({'net': state, 'set': {1, 2}, 'bytes': b'abc', 'big': 1 << 100, 'text': 'ä' * 300}, file, protocol=protocol)
            """, scratch.Path);
        (string, string)[] files =
        [
            ("new.pth", ""), ("old.pth", ""), ("nested.pt", "state_dict."),
            ("plain2.pkl", "net."), ("plain3.pkl", "net."), ("plain4.pkl", "net."), ("plain5.pkl", "net."),
        ];
        string[] names = ["a.weight", "a.bias", "half", "brain", "steps", "turned", "part", "parameter"];
        foreach (var (name, prefix) in files)
        {
            var tensors = TorchFile.Read(scratch[name]);
            tensors.Select(tensor => tensor.Name).ShouldBe(names.Select(each => prefix + each), name);
            tensors.Select(tensor => tensor.Type).ShouldBe(["F32", "F64", "F16", "BF16", "I64", "F32", "F32", "F32"], name);
            Numbers(0).ShouldBe(Known(12));
            tensors[0].Shape.ShouldBe([3, 4]);
            Numbers(1).ShouldBe(Known(3));
            Numbers(2).ShouldBe(Known(5).Select(value => (float)(Half)value));
            Numbers(3).Zip(Known(5)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 0.004f * Math.Abs(pair.Second));
            BitConverter.ToInt64(tensors[4].Read()).ShouldBe(7);
            tensors[5].Shape.ShouldBe([3, 4]);
            Numbers(5).ShouldBe(Enumerable.Range(0, 12).Select(i => Known(12)[i % 4 * 3 + i / 4]));
            Numbers(6).ShouldBe(Known(10)[4..8]);
            Numbers(7).ShouldBe(Known(4));

            float[] Numbers(int i) => tensors[i].ToFloats();
        }
    }

    [Fact]
    public void Tensors_in_lists_are_read_under_their_numbers()
    {
        scratch.Write("lists.pth", TorchArchive.Of(new Dictionary<object, object>
        {
            ["model"] = new Dictionary<object, object> { ["a"] = new TorchArchive.Full(1, 2, 3) },
            ["ema"] = new Dictionary<object, object>
            {
                ["decay"] = 0.999,
                ["shadow_params"] = new object[] { new TorchArchive.Full(2, 2, 3), new TorchArchive.Full(3) },
            },
            ["losses"] = Enumerable.Repeat<object>(0.5, 1 << 21).ToList(), // more than there may be nested objects
            ["rates"] = new Dictionary<object, object> { [0.999] = new Dictionary<object, object> { ["a"] = new TorchArchive.Full(4, 1) } },
        }));
        var tensors = TorchFile.Read(scratch["lists.pth"]);
        tensors.Select(tensor => tensor.Name).ShouldBe(["model.a", "ema.shadow_params.0", "ema.shadow_params.1", "rates.0.999.a"]);
        tensors[1].ToFloats().ShouldBe([2, 2, 2, 2, 2, 2]);
        tensors[2].Shape.ShouldBeEmpty();
    }

    /// <summary>
    /// Classes that pickle themselves as EDM's do: a function of <c>torch_utils.persistence</c> with a dictionary of
    /// source text and attributes.
    /// </summary>
    private const string Persistent = Tensors + """
        import types
        persistence = types.ModuleType('torch_utils.persistence')
        def _reconstruct_persistent_obj(meta):
            raise Exception('never called')
        _reconstruct_persistent_obj.__module__ = 'torch_utils.persistence'
        persistence._reconstruct_persistent_obj = _reconstruct_persistent_obj
        util = types.ModuleType('dnnlib.util')
        class EasyDict(dict):
            pass
        EasyDict.__module__, EasyDict.__qualname__ = 'dnnlib.util', 'EasyDict'
        util.EasyDict = EasyDict
        sys.modules.update({'torch_utils': types.ModuleType('torch_utils'), 'torch_utils.persistence': persistence, 'dnnlib': types.ModuleType('dnnlib'), 'dnnlib.util': util})
        class Persistent(torch.nn.Module):
            def __reduce__(self):
                return (_reconstruct_persistent_obj, (dict(type='class', version=6, module_src='import os', class_name=type(self).__name__, state=self.__dict__),))
        class Layer(Persistent):
            def __init__(self, inputs, outputs):
                super().__init__()
                self.weight = torch.nn.Parameter(numbers(outputs, inputs).float())
                self.bias = None
                self.register_buffer('resample_filter', torch.ones(1, 1, 2, 2))
                self.register_buffer('scratch', torch.ones(3), persistent=False)
        class Unet(Persistent):
            def __init__(self):
                super().__init__()
                self.map_augment = Layer(9, 2)
                self.enc = torch.nn.ModuleDict({'16x16_conv': Layer(2, 3)})
                self.dec = torch.nn.ModuleList([Layer(3, 2)])
                self.act = torch.nn.SiLU()
        class Precond(Persistent):
            def __init__(self):
                super().__init__()
                self.sigma_data = 0.5
                self.init_kwargs = EasyDict(model_type='SongUNet', channel_mult=[2, 2, 2])
                self.model = Unet().half()
        data = dict(ema=Precond(), loss_fn=Persistent(), augment_pipe=None, dataset_kwargs=EasyDict(path='x.zip'))
        with open(folder + '/edm.pkl', 'wb') as file:
            pickle.dump(data, file)

        """;

    [PythonFact("torch", "python3-torch")]
    public void Pickles_of_edm_are_read_without_running_anything()
    {
        Programs.RunPython(Persistent, scratch.Path);
        var tensors = TorchFile.Read(scratch["edm.pkl"]);
        tensors.Select(tensor => tensor.Name).ShouldBe(
        [
            "ema.model.map_augment.weight", "ema.model.map_augment.resample_filter",
            "ema.model.enc.16x16_conv.weight", "ema.model.enc.16x16_conv.resample_filter",
            "ema.model.dec.0.weight", "ema.model.dec.0.resample_filter",
        ]);
        var layout = new ParameterLayout().Add("enc.16x16_conv.weight", Init.Constant(0), 3, 2).Add("dec.0.weight", Init.Constant(0), 2, 3);
        var match = WeightsMatch.ByName(layout, tensors, "a.pt");
        (match.Fits, match.Prefix).ShouldBe((true, "ema.model."));
        match.Unexpected.ShouldBe([
            "ema.model.map_augment.weight", "ema.model.map_augment.resample_filter", "ema.model.enc.16x16_conv.resample_filter",
            "ema.model.dec.0.resample_filter"]);
        using var store = ParameterStore.New(layout, seed: 1);
        match.CopyTo(store);
        store["enc.16x16_conv.weight"].Floats().ShouldBe(Known(6).Select(value => (float)(Half)value));
    }

    [PythonFact("torch", "python3-torch")]
    public void What_is_exported_comes_back_through_torch()
    {
        var layout = new ParameterLayout().AddBuffer("In.frequencies", Init.Normal(1), 3).Add("In.weight", Init.Normal(1), 4, 3)
            .Add("In.bias", Init.Normal(1), 4).Add("Gain", Init.Normal(1));
        using var store = ParameterStore.New(layout, seed: 5);
        WeightsFile.Write(scratch["ours.safetensors"], store, [new("format", "pt")]);
        Programs.RunPython("""
            import json, struct, sys, torch
            folder = sys.argv[1]
            data = open(folder + '/ours.safetensors', 'rb').read()
            length, = struct.unpack('<Q', data[:8])
            header = json.loads(data[8:8 + length])
            assert header.pop('__metadata__')['format'] == 'pt'
            state = {}
            for name, entry in header.items():
                assert entry['dtype'] == 'F32'
                begin, end = entry['data_offsets']
                part = bytearray(data[8 + length + begin:8 + length + end])
                state[name] = torch.frombuffer(part, dtype=torch.float32).reshape(entry['shape'])
            torch.save({'model': state}, folder + '/theirs.pth')
            """, scratch.Path);
        using var theirs = SavedWeights.Open(scratch["theirs.pth"]);
        using var other = ParameterStore.New(layout, seed: 6);
        var match = WeightsMatch.ByName(layout, theirs.Tensors, theirs.Path);
        (match.Fits, match.Prefix, match.Unexpected.Count).ShouldBe((true, "model.", 0));
        match.CopyTo(other);
        other.Values.Floats().ShouldBe(store.Values.Floats());
        other.BufferValues.Floats().ShouldBe(store.BufferValues.Floats());
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'echo'\ntR.", "os.system")]
    [InlineData("cposix\nsystem\n.", "posix.system")]
    [InlineData("c__builtin__\neval\n(S'1'\ntR.", "__builtin__.eval")]
    [InlineData("ctorch.hub\nload\n.", "torch.hub.load")]
    [InlineData("ctorch._utils\n_import_dotted_name\n.", "torch._utils._import_dotted_name")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n.", "numpy.core.multiarray._reconstruct")]
    [InlineData("\u0080\u0004\u008C\u0008builtins\u008C\u0004exec\u0093.", "builtins.exec")]
    public void Every_other_name_is_refused(string pickle, string name)
    {
        scratch.Write("a.pkl", Encoding.Latin1.GetBytes(pickle));
        Should.Throw<UserError>(() => TorchFile.Read(scratch["a.pkl"])).Message
            .ShouldStartWith($"{scratch["a.pkl"]}: would call {name}, which no weights need; ");
    }

    [Theory]
    [InlineData(".", "its stack is empty")]
    [InlineData("N", "ends before its end mark")]
    [InlineData("(i.", "no instruction of a pickle that is read here")]
    [InlineData("K\u0001.", "there is no tensor in it")]
    [InlineData("S'a'\n)R.", "a name was expected")]
    [InlineData("h\u0005.", "remembers nothing under 5")]
    [InlineData("t.", "has no mark")]
    [InlineData("N}b.", "no object is given attributes")]
    [InlineData("}(Nu.", "a key without a value")]
    [InlineData("X\u00FF\u00FF\u00FF\u003F.", "go beyond its end")]
    [InlineData("\u008E\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007F.", "more than fits")]
    [InlineData("Vstorage\nQ.", "a persistent id was expected")]
    [InlineData("\u0080\u0009.", "protocol 9")]
    [InlineData("}q\u0000Va\nh\u0000s.", "nested without an end")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R.", "0 arguments that it does not have")]
    public void Damaged_pickles_are_refused(string pickle, string message)
    {
        scratch.Write("a.pkl", Encoding.Latin1.GetBytes(pickle));
        Should.Throw<UserError>(() => TorchFile.Read(scratch["a.pkl"])).Message.ShouldContain(message);
    }

    [Fact]
    public void Dictionaries_that_hold_each_other_many_times_end_soon()
    {
        // forty levels, each with its inner one twice: 2⁴⁰ places, were they all looked at
        var pickle = new StringBuilder("}q\u0000");
        for (var level = 1; level <= 40; level++)
            pickle.Append($"}}(Va\nh{(char)(level - 1)}Vb\nh{(char)(level - 1)}uq{(char)level}");
        scratch.Write("a.pkl", Encoding.Latin1.GetBytes(pickle.Append('.').ToString()));
        Should.Throw<UserError>(() => TorchFile.Read(scratch["a.pkl"])).Message.ShouldContain("nested without an end");
    }

    private static float[] Known(int count) => [.. Enumerable.Range(0, count).Select(i => (float)(i * 0.37 - 1.5))];
}
