package org.pgkeras.demo;

import android.view.View;
import android.widget.AdapterView;
import android.widget.ArrayAdapter;
import android.widget.Spinner;
import java.util.List;

/** A drop-down list that reports only what the user picks. */
final class Chooser {
    /** Who wants to know the choice. */
    interface Listener {
        void onChoice(int index);
    }

    private final Spinner spinner;
    private int chosen;

    Chooser(Spinner spinner, final Listener listener) {
        this.spinner = spinner;
        spinner.setSaveEnabled(false); // a position means another choice once there are more
        spinner.setOnItemSelectedListener(new AdapterView.OnItemSelectedListener() {
            @Override
            public void onItemSelected(AdapterView<?> parent, View view, int index, long id) {
                if (index != chosen) {
                    chosen = index;
                    listener.onChoice(index);
                }
            }

            @Override
            public void onNothingSelected(AdapterView<?> parent) {}
        });
    }

    void choose(int index) {
        chosen = index;
        spinner.setSelection(index);
    }

    void offer(List<String> choices, int index) {
        ArrayAdapter<String> adapter =
                new ArrayAdapter<>(spinner.getContext(), android.R.layout.simple_spinner_item, choices);
        adapter.setDropDownViewResource(android.R.layout.simple_spinner_dropdown_item);
        chosen = index; // before the adapter, which tells of a selection
        spinner.setAdapter(adapter);
        choose(index);
    }
}
